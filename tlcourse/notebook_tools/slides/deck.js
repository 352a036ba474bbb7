// The letters are as large as the page has room for. They run wider on some machines, so this is found where it is shown.
const LEAST = 0.6, STEP = 0.04;
const MOST = { table: 1.5, code: 1.4, turn: 1.25, list: 1.1 };

function fit(slide) {
  const page = slide.querySelector(":scope > .page"), body = page && page.querySelector(".body");
  if (!body || body.dataset.size) return;
  const base = parseFloat(getComputedStyle(body).fontSize);
  const over = () => page.scrollHeight > page.clientHeight || body.scrollHeight > body.clientHeight + 1
    || body.scrollWidth > body.clientWidth + 1;
  let size = MOST[slide.className.split(" ")[0]] || 1;
  body.style.fontSize = `${base * size}px`;
  while (over() && size > LEAST) {
    size -= STEP;
    body.style.fontSize = `${base * size}px`;
  }
  body.dataset.size = size.toFixed(2);
}

Reveal.initialize({
  width: 1280, height: 720, margin: 0, minScale: 0.1, maxScale: 4, center: false, hash: true, transition: "none",
  slideNumber: "c/t", pdfSeparateFragments: false, plugins: [RevealNotes],
});
Reveal.on("ready", event => fit(event.currentSlide));
Reveal.on("slidechanged", event => fit(event.currentSlide));
Reveal.on("pdf-ready", () => Reveal.getSlides().forEach(fit));
