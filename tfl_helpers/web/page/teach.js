// "Teach it yours": ten strokes of the reader in, what the file that learns says of each on the
// page out. The page's language and its strokes come from page.js.
import { best, pupil } from "./learn.js";
import { resampled } from "./model.js";

const find = (id) => document.getElementById(id);

/** Make the section work. `page` has words(), gestures() and sentence(error). */
export async function school(page) {
  const learner = await pupil();
  let strokes; // those that are being taken; undefined while none are
  let busy = false;
  let learnt; // {seconds, right, of, kept, old}, or {brought: true}; undefined in the factory's state
  let name = "";
  let asked; // the last stroke, and what the file says of it
  let progress = 0;
  let trouble; // what the last act ended in, if it was refused

  const own = () => name || page.words().yours;

  function write() {
    const words = page.words();
    find("teach").textContent = strokes ? words.again : words.teach;
    find("teach").disabled = busy;
    find("learning").value = busy ? progress : 0;
    find("learning").hidden = !busy;
    find("taught").textContent = said(words);
    for (const id of ["keep", "forget"]) find(id).hidden = !learnt || busy;
    const names = [...page.gestures(), own()];
    const most = asked && best(asked.probabilities);
    find("pupil").textContent = learnt && asked ? words.pupil(names[most], percent(most)) : "";
  }

  function percent(i) {
    return Math.round(100 * asked.probabilities[i]);
  }

  function said(words) {
    if (busy) return words.learning;
    if (trouble) return page.sentence(trouble);
    if (strokes) return words.draw(own(), strokes.length + 1, learner.batch);
    if (!learnt) return "";
    return learnt.brought ? words.brought(own()) : words.learnt(learnt, own());
  }

  /** Whatever the runtime or a file says no to is told; the page goes on. */
  async function trying(work) {
    trouble = undefined;
    try {
      await work();
    } catch (error) {
      console.error(error);
      trouble = error;
    }
    busy = false;
    write();
  }

  async function learn() {
    busy = true;
    const yours = strokes;
    strokes = undefined;
    const begin = performance.now();
    await learner.learn(yours, (part) => {
      progress = part;
      write();
    });
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    learnt = { seconds, ...(await learner.count(yours)) };
    await offer();
  }

  async function offer() {
    const file = JSON.stringify({ name: own(), templates: await learner.read() });
    URL.revokeObjectURL(find("keep").href);
    find("keep").href = URL.createObjectURL(new Blob([file], { type: "application/json" }));
  }

  find("teach").addEventListener("click", () => {
    name = find("name").value.trim();
    strokes = [];
    trouble = undefined;
    write();
    find("pad").scrollIntoView({ block: "nearest" });
  });
  find("forget").addEventListener("click", () =>
    trying(async () => {
      await learner.forget();
      learnt = asked = undefined;
    }),
  );
  find("bring").addEventListener("change", ({ target }) =>
    trying(async () => {
      const file = await target.files[0].text();
      target.value = ""; // so that the same file can be chosen again
      let kept = {};
      try {
        kept = JSON.parse(file) ?? {};
      } catch {} // no JSON: no templates either, and refused for that
      await learner.put(kept.templates);
      name = find("name").value = String(kept.name ?? "").slice(0, 24);
      learnt = { brought: true };
      strokes = asked = undefined;
      await offer();
    }),
  );

  /** A stroke has ended: take it, or ask what it is. */
  async function drawn(stroke) {
    if (busy) return;
    const points = resampled(stroke, learner.points);
    await trying(async () => {
      if (strokes) {
        strokes.push(points);
        if (strokes.length === learner.batch) await learn();
      } else if (learnt) {
        asked = { probabilities: await learner.answer(points) };
      }
      document.body.dataset.taught = JSON.stringify({ learnt, asked, taken: strokes?.length });
    });
  }

  find("school").hidden = false;
  return { drawn, write };
}
