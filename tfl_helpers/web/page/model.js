// The model's part of the page: settings and a .tflite file in, a function from points to
// probabilities out. Knows nothing of pens, words or pixels.
import { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";

/** What goes wrong and has a sentence of its own in words.js, by its name there. */
export class Trouble extends Error {
  constructor(name, ...values) {
    super(name);
    Object.assign(this, { name, values });
  }
}

/** Load the runtime and the model, and take the signature by its name. */
export async function load() {
  const settings = await fetched("settings.json", "json");
  if (typeof WebAssembly !== "object") throw new Trouble("noWebAssembly");
  const bytes = new Uint8Array(await fetched("model.tflite", "arrayBuffer"));
  if (String.fromCharCode(...bytes.slice(4, 8)) !== "TFL3") throw new Trouble("noModel");
  await loadLiteRt("./runtime/");
  const model = await loadAndCompile(bytes, { accelerator: "wasm" });
  const signature = model.signatures[settings.signature];
  if (!signature) {
    throw new Trouble("noSignature", settings.signature, Object.keys(model.signatures).join(", "));
  }
  return { ...settings, bytes: bytes.length, ask: (points) => ask(signature, settings, points) };
}

async function fetched(name, kind) {
  try {
    const answer = await fetch(name);
    if (answer.ok) return await answer[kind]();
  } catch {} // no answer, or no JSON: the same sentence
  throw new Trouble("noFile", name);
}

/** Run the signature: `points` is an array of [x, y], as many as the signature says. */
async function ask(signature, { input, output }, points) {
  const stroke = new Tensor(new Float32Array(points.flat()), [points.length, 2]);
  const begin = performance.now();
  try {
    const outputs = await signature.run({ [input]: stroke });
    const probabilities = Array.from(outputs[output].toTypedArray());
    outputs[output].delete(); // WebAssembly's memory has no garbage collector
    return { points, probabilities, milliseconds: performance.now() - begin };
  } finally {
    stroke.delete();
  }
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
