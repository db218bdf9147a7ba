// A stroke from mouse, pen, finger or button in; the model's probabilities on the page out.
import { distance, load, resampled, Trouble } from "./model.js";
import { school } from "./teach.js";
import { WORDS } from "./words.js";

const find = (id) => document.getElementById(id);
const pad = find("pad");
const pen = pad.getContext("2d");

let model; // settings.json, size in bytes, and ask(points); undefined until it has answered once
const written = document.documentElement.lang; // the language of whoever wrote the page
const asked = new URLSearchParams(location.search).get("language");
const spoken = asked ?? (written === "ja" ? "ja" : navigator.language);
let words = WORDS[spoken.startsWith("ja") ? "ja" : "en"];
let say = () => words.loading; // what the state says, in whatever language
let stroke = []; // as drawn: [x, y] from 0 to 1, y upward
let drawing = false;
let asking = false;
let latest; // the last answer: points, probabilities, distance, milliseconds
let lesson; // what teaches, if there is a file that learns

/** Paint a stroke and have it answered; one that grew in the meantime is answered again. */
async function show(drawn) {
  stroke = drawn;
  paint();
  if (asking) return;
  asking = true;
  try {
    let answered;
    do {
      answered = stroke;
      const long = answered.some((point) => distance(point, answered[0]) > 0.05);
      latest = long ? await model.ask(resampled(answered, model.points)) : undefined;
      write();
    } while (answered !== stroke);
  } catch (error) {
    wrong(error);
  }
  asking = false;
}

function paint() {
  const size = pad.width;
  const colour = (name) => getComputedStyle(pad).getPropertyValue(name); // light or dark
  const at = ([x, y]) => [x * size, (1 - y) * size];
  const dot = (point, radius) => {
    pen.beginPath();
    pen.arc(...at(point), radius, 0, 2 * Math.PI);
  };
  pen.clearRect(0, 0, size, size);
  pen.lineWidth = 8;
  pen.lineJoin = pen.lineCap = "round";
  pen.strokeStyle = colour("--stroke");
  pen.beginPath();
  stroke.forEach((point, i) => pen[i ? "lineTo" : "moveTo"](...at(point)));
  pen.stroke();
  pen.fillStyle = colour("--point");
  for (const point of latest?.points ?? []) {
    dot(point, 9);
    pen.fill();
  }
  if (stroke.length) {
    dot(stroke[0], 20); // a ring: here it began
    pen.stroke();
  } else {
    pen.fillStyle = colour("--quiet");
    pen.font = "40px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.fillText(words.hint, size / 2, size / 2);
  }
}

/** All words and numbers, in the language of the moment. */
function write() {
  document.documentElement.lang = words.code;
  document.title = words.title;
  Object.assign(find("language"), { textContent: words.other, lang: words.otherCode, hidden: false });
  for (const place of document.querySelectorAll("[data-word]")) {
    place.textContent = words[place.dataset.word];
  }
  for (const place of document.querySelectorAll("[data-label]")) {
    place.setAttribute("aria-label", words[place.dataset.label]);
  }
  find("state").textContent = say();
  paint();
  if (!model) return;
  writeAnswer();
  writeMeasured();
  lesson?.write();
}

/** A name as the lesson gave it, word by word in the language of the moment. */
function named(name) {
  return name.split(" ").map((word) => words.gestures[word] ?? word).join(words.space);
}

function writeAnswer() {
  const names = model.labels.map(named);
  const nearest = latest ? latest.probabilities.indexOf(Math.max(...latest.probabilities)) : -1;
  const limit = model.limits?.[model.labels[nearest]]; // each gesture may have its own
  const none = latest?.distance > limit;
  const best = none ? -1 : nearest;
  names.forEach((name, i) => {
    const row = find("rows").rows[i];
    const [head, bar, number] = row.cells;
    const probability = latest?.probabilities[i];
    find("samples").children[i].textContent = head.textContent = name;
    row.classList.toggle("best", i === best);
    bar.firstChild.value = probability ?? 0;
    bar.firstChild.setAttribute("aria-label", name);
    number.textContent = probability?.toFixed(3) ?? "–";
  });
  find("file").textContent = words.bytes(model.bytes.toLocaleString(words.code));
  find("signature").textContent = `${model.signature}(${model.input}) → ${model.output}`;
  find("call").textContent = latest ? words.milliseconds(latest.milliseconds.toFixed(1)) : "–";
  find("opening").textContent = words.seconds((model.opening / 1000).toFixed(1));
  const far = latest?.distance?.toFixed(3) ?? "–";
  find("far").textContent = limit === undefined ? far : words.far(far, limit.toFixed(3), names[nearest]);
  find("answer").textContent = stroke.length ? words.tooShort : "";
  if (latest) {
    const percent = Math.round(100 * latest.probabilities[best]);
    find("answer").textContent = none ? words.none : words.answer(names[best], percent);
    pad.setAttribute("aria-label", words.drawn(latest.points.length, names[best] ?? words.none));
    document.body.dataset.latest = JSON.stringify(latest); // for tests and for the curious
  }
  find("spoken").textContent = drawing ? "" : find("answer").textContent; // once a stroke, not a point
}

/** What the lesson measured, as it was handed in. */
function writeMeasured() {
  find("measured").hidden = !model.measured.length;
  find("about").textContent = model.about;
  find("counts").replaceChildren(
    ...model.measured.map(([what, right, of]) => {
      const row = document.createElement("tr");
      row.append(Object.assign(document.createElement("th"), { scope: "row", textContent: named(what) }));
      row.insertCell().textContent = words.count(right, of);
      return row;
    }),
  );
}

function sentence(error) {
  // Of a damaged file the runtime says what it wanted, or stumbles like a program with a mistake.
  if (error instanceof TypeError || error instanceof RangeError) return words.stumbled;
  if (!(error instanceof Trouble)) return words.refused(String(error.message ?? error));
  const text = words[error.name];
  return typeof text === "function" ? text(...error.values) : text;
}

function wrong(error) {
  console.error(error);
  say = () => sentence(error);
  find("state").classList.add("wrong");
  write();
}

/** A row and a button for each gesture. */
function build(answersDistance) {
  for (const label of model.labels) {
    const row = find("rows").insertRow();
    row.append(Object.assign(document.createElement("th"), { scope: "row" }));
    row.insertCell().append(Object.assign(document.createElement("meter"), { max: 1 }));
    row.insertCell().className = "number";
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.addEventListener("click", () => show(model.samples[label].slice()));
    find("samples").append(button);
  }
  find("parity").hidden = !model.strokes.length;
  find("distance").hidden = !answersDistance;
  document.querySelector("main").hidden = false;
}

/** Where the pen is, as the model sees it. */
function place(event) {
  const box = pad.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
}

pad.addEventListener("pointerdown", (event) => {
  if (!event.isPrimary || event.button !== 0) return;
  pad.setPointerCapture(event.pointerId);
  drawing = true;
  show([place(event)]);
});
pad.addEventListener("pointermove", (event) => {
  if (!drawing || !event.isPrimary) return;
  const all = event.getCoalescedEvents?.() ?? []; // more points than frames, where there are any
  show([...stroke, ...(all.length ? all : [event]).map(place)]);
});
for (const end of ["pointerup", "pointercancel"]) {
  pad.addEventListener(end, () => {
    if (!drawing) return;
    drawing = false;
    const long = stroke.some((point) => distance(point, stroke[0]) > 0.05);
    if (end === "pointerup" && long) lesson?.drawn(stroke);
    show([...stroke]);
  });
}

find("clear").addEventListener("click", () => {
  latest = undefined;
  delete document.body.dataset.latest;
  pad.setAttribute("aria-label", words.pad);
  show([]);
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);

find("language").addEventListener("click", () => {
  words = WORDS[words.otherCode];
  write();
});

find("compare").addEventListener("click", async () => {
  const rows = [];
  try {
    for (const points of model.strokes) {
      const { probabilities } = await model.ask(points);
      rows.push(JSON.stringify(probabilities.map((p) => Number(p.toPrecision(9))))); // all of a float32
    }
  } catch (error) {
    return wrong(error);
  }
  const file = new Blob([`{"probabilities": [\n${rows.join(",\n")}\n]}\n`], { type: "application/json" });
  find("save").href = URL.createObjectURL(file);
  find("save").hidden = false;
  find("compared").textContent = words.compared(rows.length);
});

write();
try {
  const loaded = await load((part) => {
    find("coming").value = part;
  });
  const first = await loaded.ask(loaded.samples[loaded.labels[0]]); // shows what is refused
  model = { ...loaded, opening: performance.now() };
  build(first.distance !== undefined);
  say = () => words.ready;
  if (model.learner) {
    const gestures = () => model.labels.map(named);
    lesson = await school({ words: () => words, gestures, sentence });
  }
} catch (error) {
  wrong(error);
}
find("coming").hidden = true;
write();
document.body.dataset.ready = String(Boolean(model));
