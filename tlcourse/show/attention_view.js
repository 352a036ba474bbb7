// The attention view: a grid of all heads, and one of them as lines between words.
// The weights come as bytes, row by row: layers × heads × from × to, 255 for a weight of 1.

const SVG = "http://www.w3.org/2000/svg";
const LINE = 22; // height of a word, in pixels
const LEFT = 150, RIGHT = 330, WIDTH = 480; // where words end and begin
const BLUE = [0, 114, 178];

function head(model, layer, number) {
  const [, heads, units] = model.get("shape");
  const bytes = new Uint8Array(model.get("weights").buffer, model.get("weights").byteOffset);
  const start = (layer * heads + number) * units * units;
  return bytes.subarray(start, start + units * units);
}

function thumbnail(canvas, weights, units) {
  canvas.width = canvas.height = units;
  const context = canvas.getContext("2d");
  const image = context.createImageData(units, units);
  weights.forEach((weight, i) => {
    const strength = Math.sqrt(weight / 255); // so that weak attention is not lost in a picture so small
    BLUE.forEach((c, k) => { image.data[4 * i + k] = 255 - strength * (255 - c); });
    image.data[4 * i + 3] = 255;
  });
  context.putImageData(image, 0, 0);
}

function drawGrid(model, grid) {
  const [layers, heads, units] = model.get("shape");
  grid.replaceChildren();
  grid.style.gridTemplateColumns = `auto repeat(${heads}, 30px)`;
  for (const text of ["head", ...Array.from({ length: heads }, (_, i) => String(i + 1))]) {
    const number = document.createElement("span");
    number.textContent = text;
    number.className = "tl-number";
    grid.append(number);
  }
  for (let layer = 0; layer < layers; layer++) {
    const label = document.createElement("span");
    label.textContent = `layer ${layer + 1}`;
    grid.append(label);
    for (let number = 0; number < heads; number++) {
      const button = document.createElement("button");
      const name = `layer ${layer + 1}, head ${number + 1}`;
      button.title = name;
      button.setAttribute("aria-label", name);
      button.className = "tl-head";
      button.dataset.place = `${layer}-${number}`;
      const canvas = document.createElement("canvas");
      thumbnail(canvas, head(model, layer, number), units);
      button.append(canvas);
      button.addEventListener("click", () => {
        model.set({ layer, head: number });
        model.save_changes();
      });
      grid.append(button);
    }
  }
  markChosen(model, grid);
}

function markChosen(model, grid) {
  const place = `${model.get("layer")}-${model.get("head")}`;
  for (const button of grid.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.place === place));
  }
}

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function drawLines(model, svg) {
  const units = model.get("units"), marks = model.get("is_mark"), hidden = model.get("hide_marks");
  const weights = head(model, model.get("layer"), model.get("head"));
  const only = model.get("isolated");
  const n = units.length;
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${LINE * (n + 1) + 6}`);
  svg.setAttribute("width", WIDTH);
  svg.replaceChildren();
  svg.append(element("text", { x: LEFT, y: 14, "text-anchor": "end", class: "tl-side" }, "looks"));
  svg.append(element("text", { x: RIGHT, y: 14, class: "tl-side" }, "is looked at"));
  const y = (i) => LINE * (i + 1) + 8;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const weight = weights[i * n + j] / 255;
      if (weight < 0.02 || (only >= 0 && i !== only) || (hidden && (marks[i] || marks[j]))) continue;
      svg.append(element("line", {
        x1: LEFT + 6, y1: y(i), x2: RIGHT - 6, y2: y(j),
        stroke: "#0072B2", "stroke-width": 1 + 3 * weight, "stroke-opacity": weight,
      }));
    }
  }
  for (let i = 0; i < n; i++) {
    const looks = element("text", {
      x: LEFT, y: y(i) + 4, "text-anchor": "end", tabindex: 0, role: "button",
      class: i === only ? "tl-word tl-only" : "tl-word", "aria-label": `only what ${units[i]} looks at`,
    }, units[i]);
    const choose = (place) => { model.set("isolated", place); model.save_changes(); };
    looks.addEventListener("click", () => choose(model.get("isolated") === i ? -1 : i));
    looks.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(model.get("isolated") === i ? -1 : i);
    });
    looks.addEventListener("mouseenter", () => hover(svg, i));
    looks.addEventListener("mouseleave", () => hover(svg, -1));
    svg.append(looks);
    const share = only >= 0 ? Math.round((100 * weights[only * n + i]) / 255) : 0;
    svg.append(element("text", { x: RIGHT, y: y(i) + 4 }, units[i] + (share ? `  ${share}%` : "")));
  }
}

// While the pointer rests on a word, the lines of all the others fade; nothing is sent to Python.
function hover(svg, i) {
  const y = LINE * (i + 1) + 8;
  for (const line of svg.querySelectorAll("line")) {
    line.style.display = i < 0 || Number(line.getAttribute("y1")) === y ? "" : "none";
  }
}

function render({ model, el }) {
  el.classList.add("tl-attention");
  const grid = document.createElement("div");
  grid.className = "tl-grid";
  const svg = element("svg", { role: "img", "aria-label": "who looks at whom" });
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = model.get("hide_marks");
  box.addEventListener("change", () => { model.set("hide_marks", box.checked); model.save_changes(); });
  label.append(box, " leave out the marks");
  const right = document.createElement("div");
  right.append(label, svg);
  el.append(grid, right);
  drawGrid(model, grid);
  drawLines(model, svg);
  model.on("change:weights", () => { drawGrid(model, grid); drawLines(model, svg); });
  for (const name of ["layer", "head"]) {
    model.on(`change:${name}`, () => { markChosen(model, grid); drawLines(model, svg); });
  }
  for (const name of ["isolated", "hide_marks"]) {
    model.on(`change:${name}`, () => { box.checked = model.get("hide_marks"); drawLines(model, svg); });
  }
}

export default { render };
