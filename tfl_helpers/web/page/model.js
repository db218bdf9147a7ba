// The model's part of the page: settings and a .tflite file in, a function from points to
// probabilities out. Knows nothing of pens, words or pixels.
import { loadAndCompile, loadLiteRt, supportsFeature, Tensor } from "@litertjs/core";

/** What goes wrong and has a sentence of its own in words.js, by its name there. */
export class Trouble extends Error {
  constructor(name, ...values) {
    super(name);
    Object.assign(this, { name, values });
  }
}

/** Load the runtime and the model; `tell` hears what part of the runtime has come, 0 to 1. */
export async function load(tell) {
  const settings = await (await fetched("settings.json")).json().catch(() => {
    throw new Trouble("noFile", "settings.json");
  });
  if (!isSound(settings)) throw new Trouble("noSettings");
  if (typeof WebAssembly !== "object") throw new Trouble("noWebAssembly");
  const bytes = await fetchedModel("model.tflite"); // before the megabytes: it may be no model
  self.Module = { wasmBinary: await runtime(tell) }; // where the runtime's script looks for it
  await loadLiteRt("./runtime/");
  const model = await loadAndCompile(bytes, { accelerator: "wasm" });
  const signature = model.signatures[settings.signature];
  if (!signature) {
    throw new Trouble("noSignature", settings.signature, Object.keys(model.signatures).join(", "));
  }
  return { ...settings, bytes: bytes.length, ask: (points) => ask(signature, settings, points) };
}

/** Whether the settings are as the lesson wrote them, in all that the page needs. */
function isSound(settings) {
  const { signature, input, output, labels, samples, points, strokes, measured } = settings ?? {};
  const texts = (list) => Array.isArray(list) && list.every((one) => typeof one === "string");
  const stroke = (one) => Array.isArray(one) && one.length === points && one.flat().every(Number.isFinite);
  return (
    texts([signature, input, output]) && texts(labels) && labels.length > 0 &&
    labels.every((label) => stroke(samples?.[label])) && Array.isArray(strokes) && strokes.every(stroke) &&
    Array.isArray(measured) && measured.every((row) => Array.isArray(row) && typeof row[0] === "string") &&
    Object.values(settings.limits ?? {}).every(Number.isFinite)
  );
}

/** A .tflite file of the page's folder, ready to run. */
export async function compiled(name) {
  const bytes = await fetchedModel(name);
  return loadAndCompile(bytes, { accelerator: "wasm" }).catch(({ message }) => {
    throw new Trouble("noRun", name, message);
  });
}

async function fetchedModel(name) {
  const bytes = new Uint8Array(await (await fetched(name)).arrayBuffer());
  if (String.fromCharCode(...bytes.slice(4, 8)) !== "TFL3") throw new Trouble("noModel", name);
  return bytes;
}

async function fetched(name) {
  // Asked each time whether the file is still the same: a page written anew shows what is new.
  const answer = await fetch(name, { cache: "no-cache" }).catch(() => undefined);
  if (!answer?.ok) throw new Trouble("noFile", name);
  return answer;
}

/** The WebAssembly that loadLiteRt will choose: packed, if browser and folder can do that. */
async function runtime(tell) {
  const build = (await supportsFeature("relaxedSimd")) ? "" : "compat_";
  const name = `runtime/litert_wasm_${build}internal.wasm`;
  if (typeof DecompressionStream === "function") {
    try {
      const packed = await streamed(`${name}.gz`, tell);
      if (packed[0] !== 0x1f) return packed; // the server has unpacked it on its way
      const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
      return new Uint8Array(await new Response(plain).arrayBuffer());
    } catch {} // no such file, or not whole: take the plain one
  }
  return streamed(name, tell);
}

async function streamed(name, tell) {
  const answer = await fetched(name);
  const all = Number(answer.headers.get("content-length"));
  const parts = [];
  let come = 0;
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    come += value.length;
    if (all) tell(Math.min(1, come / all));
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Run a signature: by input, [values, sizes] in; by output, plain numbers out. */
export async function run(signature, inputs) {
  const given = Object.entries(inputs).map(([name, one]) => [name, new Tensor(...one)]);
  try {
    const outputs = Object.entries(await signature.run(Object.fromEntries(given)));
    const numbers = outputs.map(([name, one]) => [name, Array.from(one.toTypedArray())]);
    for (const [, one] of outputs) one.delete(); // WebAssembly's memory has no garbage collector
    return Object.fromEntries(numbers);
  } finally {
    for (const [, one] of given) one.delete();
  }
}

/** `points` is an array of [x, y], as many as the signature says. */
async function ask(signature, { input, output }, points) {
  const begin = performance.now();
  const stroke = [new Float32Array(points.flat()), [points.length, 2]];
  const answer = await run(signature, { [input]: stroke });
  const milliseconds = performance.now() - begin;
  if (!answer[output]?.every(Number.isFinite)) throw new Trouble("noNumbers", output);
  return { points, probabilities: answer[output], distance: answer.distance?.[0], milliseconds };
}

/** `count` points at equal distances along a stroke, which has a length. */
export function resampled(drawn, count) {
  const along = [0];
  for (let i = 1; i < drawn.length; i++) along.push(along[i - 1] + distance(drawn[i - 1], drawn[i]));
  const length = along[along.length - 1];
  let i = 1;
  return Array.from({ length: count }, (_, k) => {
    const wanted = (length * k) / (count - 1);
    while (i < along.length - 1 && along[i] < wanted) i++;
    const part = (wanted - along[i - 1]) / (along[i] - along[i - 1] || 1);
    return [0, 1].map((axis) => drawn[i - 1][axis] + part * (drawn[i][axis] - drawn[i - 1][axis]));
  });
}

export function distance([x, y], [u, v]) {
  return Math.hypot(x - u, y - v);
}
