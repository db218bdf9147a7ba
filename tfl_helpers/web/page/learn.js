// The file that learns: strokes in, its probabilities and its weights out. Lesson 13's four
// signatures, in this browser; nothing leaves it. Knows nothing of pens, words or pixels.
import { compiled, run, Trouble } from "./model.js";

const ROUNDS = 300; // as in the lesson

/** Load the file, and keep what it knew when it left the factory. */
export async function pupil() {
  const { signatures } = await compiled("learner.tflite");
  const { infer, train, weights, set_weights } = signatures;
  for (const [name, one] of Object.entries({ infer, train, weights, set_weights })) {
    if (!one) throw new Trouble("noSignature", name, Object.keys(signatures).join(", "));
  }
  const [batch, points] = shape(train, "strokes");
  const sizes = shape(set_weights, "templates");
  const read = async () => (await run(weights, {})).templates;
  const factory = await read();

  /** Refused unless it fits: the signature would take anything (lesson 13). */
  async function put(templates) {
    const whole = sizes.reduce((all, one) => all * one);
    const fits = Array.isArray(templates) && templates.length === whole;
    if (!fits || !templates.every(Number.isFinite)) throw new Trouble("noWeights", sizes.join(", "));
    await run(set_weights, { templates: [new Float32Array(templates), sizes] });
  }

  async function answer(stroke) {
    const strokes = [new Float32Array(stroke.flat()), [1, points, 2]];
    return (await run(infer, { strokes })).probabilities;
  }

  /** The old templates, each shown as often as yours: what is not shown is forgotten. */
  function batches(yours) {
    const each = factory.length / sizes[0];
    const known = Array.from({ length: sizes[0] - 1 }, (_, i) =>
      Array(batch).fill(factory.slice(i * each, (i + 1) * each)),
    );
    return [...known, yours.map((stroke) => stroke.flat())].map((strokes, label) => ({
      strokes: [new Float32Array(strokes.flat()), [batch, points, 2]],
      labels: [new Int32Array(batch).fill(label), [batch]],
    }));
  }

  /** From the factory's weights on; `tell` hears what part is done. Each frame goes to the page. */
  async function learn(yours, tell) {
    await put(factory);
    const rounds = batches(yours);
    let painted = performance.now();
    for (let round = 1; round <= ROUNDS; round++) {
      for (const one of rounds) await run(train, one);
      if (performance.now() - painted < 30) continue;
      tell(round / ROUNDS);
      await new Promise(requestAnimationFrame);
      painted = performance.now();
    }
  }

  /** How many of your strokes, and of the old templates, get the right answer. */
  async function count(yours) {
    let right = 0;
    for (const stroke of yours) right += best(await answer(stroke)) === sizes[0] - 1;
    let kept = 0;
    const each = factory.length / sizes[0];
    for (let i = 0; i < sizes[0] - 1; i++) {
      kept += best(await answer(factory.slice(i * each, (i + 1) * each))) === i;
    }
    return { right, of: yours.length, kept, old: sizes[0] - 1 };
  }

  return { answer, batch, count, forget: () => put(factory), learn, points, put, read };
}

export function best(probabilities) {
  return probabilities.indexOf(Math.max(...probabilities));
}

function shape(signature, name) {
  const found = signature.getInputDetails().find((one) => one.name === name);
  if (!found) throw new Trouble("noInput", name);
  return Array.from(found.shape);
}
