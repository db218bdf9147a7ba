// A slide that our guess made too high gets smaller pictures, then smaller letters.
function fit(slide) {
  if (!slide || slide.dataset.fitted) return;
  for (let step = 0; step <= 12; step += 1) {
    const scale = 1 - 0.05 * Math.max(0, step - 4);
    slide.style.fontSize = `${scale}em`;
    for (const pre of slide.querySelectorAll("pre")) {
      pre.style.fontSize = `${21 * Math.max(scale, 0.75)}px`;
    }
    for (const picture of slide.querySelectorAll("img, svg")) {
      picture.style.maxHeight = `${600 - 40 * step}px`;
    }
    slide.dataset.fitted = scale.toFixed(2);
    const ends = [...slide.children].map((part) => part.offsetTop + part.offsetHeight);
    if (Math.max(...ends) <= 700 && slide.scrollWidth <= 1280) return;
  }
}
Reveal.on("ready", ({ currentSlide }) => fit(currentSlide));
Reveal.on("slidechanged", ({ currentSlide }) => fit(currentSlide));
Reveal.initialize({
  width: 1280, height: 720, margin: 0.04, center: false, hash: true, slideNumber: "c/t", controls: false,
  transition: "none", plugins: [RevealNotes],
});
