// The explorer's page: a state (run, checkpoint, noise, codes), knobs that change it, and views that follow it.
// The script before this one defines `source`, from which the images come: server.js, or exported_page.js in a page that
// was exported.

const MAX_PICTURE_BYTES = 2 ** 24;
const POLL_MS = 4000;

const find = (selector, parent = document) => parent.querySelector(selector);
const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));
const at = ([low, high], share) => low + share * (high - low);
const shareOf = ([low, high], value) => (value - low) / (high - low);

/** A value of a code that has a range, in words: a number, or degrees. */
function format(value, { is_circular: isCircular }) {
  const digits = isCircular ? 0 : 2;
  const number = Math.abs(value) < 0.5 / 10 ** digits ? 0 : value;
  return `${number.toFixed(digits).replace("-", "−")}${isCircular ? "°" : ""}`;
}

/** The value in a code's range that is nearest; of an angle the same one, which may be some turns away. */
function inRange(value, { range, is_circular: isCircular }) {
  const [low, high] = range;
  if (!isCircular || (value >= low && value <= high)) return clamp(value, range);
  const turn = high - low;
  return value - turn * Math.floor((value - low) / turn);
}

let runs = [];
let model = null; // What the source tells of the checkpoint that the page shows,
let opened = null; // and which one that is; until it is loaded, another than the chosen one.
let openings = 0; // How often a checkpoint has been asked for.
let state = { run: 0, step: null, seed: 0, sample: 0, codes: {}, locked: new Set(), plane: [] };
let dirty = new Set(); // Views that don't show the state yet.
let wall = null; // Its images.
let knobs = []; // Each sets one dimension of a code.
let locks = [];
let picture = null; // The last picture's file, and what Q predicts from it.

// Requests

const chosenStep = () => state.step ?? runs[state.run].steps.at(-1);
const request = (view) => ({ ...opened, view, seed: state.seed, codes: state.codes });

async function generate(view, images) {
  const asked = model;
  const generated = await source.generate(request(view), images, model);
  if (model !== asked) throw Object.assign(new Error("Another checkpoint has been opened"), { status: 409 });
  return generated;
}

function say(text, isError = false) {
  find("#status").textContent = text;
  find("#status").classList.toggle("error", isError);
}

function complain(error) {
  if (error.status !== 409) say(error.message, true);
  if (error.status === undefined) console.error(error);
}

// Images

const draw = (canvas, image) => drawGrid(canvas, [image], 1);

function drawGrid(canvas, images, columns) {
  const [height, width] = model.image_shape;
  Object.assign(canvas, { width: width * columns, height: height * Math.ceil(images.length / columns) });
  const context = canvas.getContext("2d");
  images.forEach((image, i) => image(context, (i % columns) * width, Math.floor(i / columns) * height));
}

// Views: what shows images of the state. One request at a time; the wall comes first and whatever has changed
// meanwhile is asked for again.

const views = {
  async wall() {
    const images = Array.from({ length: model.wall }, (_, sample) => [sample, {}]);
    const started = performance.now();
    wall = await generate("wall", images);
    const tiles = find("#wall").children;
    wall.forEach((image, i) => draw(find("canvas", tiles[i]), image));
    draw(find("#large"), wall[state.sample]);
    const update = opened.step && `update ${opened.step.toLocaleString("en")}`; // A file doesn't say.
    const speed = source.isLive && `${Math.round(performance.now() - started)} ms`;
    say([update, speed].filter(Boolean).join(", "));
  },
  async strips() {
    const cells = knobs.flatMap((knob) => knob.cells());
    const { sample } = state;
    for (let start = 0; start < cells.length; start += model.max_images) {
      const part = cells.slice(start, start + model.max_images);
      const generated = await generate("strips", part.map((cell) => [sample, cell.codes]));
      part.forEach((cell, i) => draw(cell.canvas, generated[i]));
    }
  },
  async plane() {
    const [x, y] = state.plane.map(axisOf);
    const images = [];
    for (let row = 0; row < model.plane; row++) {
      for (let column = 0; column < model.plane; column++) {
        const codes = changed({}, x, at(x.code.range, column / (model.plane - 1)));
        images.push([state.sample, changed(codes, y, at(y.code.range, 1 - row / (model.plane - 1)))]);
      }
    }
    drawGrid(find("#plane canvas"), await generate("plane", images), model.plane);
  },
  async picture() {
    const images = [0, 1, 2, 3, 4].map((sample) => [sample, picture.codes]);
    drawGrid(find("#made"), await generate("picture", images), 5);
  },
};

let isPumping = false;
async function refresh(...names) {
  names.forEach((name) => dirty.add(name));
  if (isPumping || !model) return;
  isPumping = true;
  while (dirty.size && model) {
    const name = Object.keys(views).find((view) => dirty.has(view));
    dirty.delete(name);
    try {
      if (name === "plane" && !state.plane.length) continue;
      if (name === "picture" && !picture) continue;
      await views[name]();
    } catch (error) {
      complain(error);
      if (error.status === 503) {
        dirty.add(name);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    }
  }
  isPumping = false;
}

/** Codes with a knob set to a value. */
function changed(codes, knob, value) {
  const { code, dimension } = knob;
  const values = [...(codes[code.name] ?? state.codes[code.name])];
  values[dimension] = value;
  return source.settle({ ...codes, [code.name]: values }, state.codes, knob);
}

function setCodes(codes) {
  Object.assign(state.codes, codes);
  [...knobs, ...locks].forEach(({ show }) => show());
  showMark();
  refresh("wall", "strips", "plane");
  remember();
}

// Knobs

function onArrows(group, columns) {
  group.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() };
    const buttons = [...group.children];
    const next = buttons[buttons.indexOf(event.target) + steps[event.key]];
    if (!(event.key in steps)) return;
    event.preventDefault();
    if (!next) return;
    next.focus();
    if (next.getAttribute("role") === "radio") next.click();
  });
}

function check(buttons, index) {
  buttons.forEach((button, i) => {
    button.setAttribute("aria-checked", i === index);
    button.tabIndex = i === index ? 0 : -1;
  });
}

const titleOf = (code, dimension) => (code.dimensions > 1 ? `${code.name}[${dimension}]` : code.name);

function choiceKnob(parent, code, dimension) {
  const group = element("div", { className: code.choices.length <= 10 ? "options few" : "options" });
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", titleOf(code, dimension));
  const buttons = code.choices.map((option) => {
    const button = element("button", {}, element("canvas"), `${option}`);
    button.setAttribute("role", "radio");
    button.setAttribute("aria-label", `${titleOf(code, dimension)} ${option}`);
    button.onclick = () => setCodes(changed({}, knob, option));
    return button;
  });
  group.append(...buttons);
  const columns = () => Math.max(1, getComputedStyle(group).gridTemplateColumns.split(" ").length);
  onArrows(group, columns);
  if (code.dimensions > 1) parent.append(element("p", { className: "note", textContent: titleOf(code, dimension) }));
  parent.append(group);
  const knob = {
    code,
    dimension,
    show: () => check(buttons, code.choices.indexOf(state.codes[code.name][dimension])),
    cells: () => buttons.map((button, i) => (
      { canvas: button.firstChild, codes: changed({}, knob, code.choices[i]) }
    )),
  };
  return knob;
}

function sliderKnob(parent, code, dimension) {
  const [low, high] = code.range;
  const className = code.is_circular ? "slide circular" : "slide";
  const slider = element("input", { type: "range", className, min: 0, max: model.slider_steps, step: 1 });
  slider.setAttribute("aria-label", titleOf(code, dimension));
  slider.title = `trained from ${format(code.trained[0], code)} to ${format(code.trained[1], code)}`;
  const output = element("output");
  const values = Array.from({ length: model.strip }, (_, i) => at([low, high], i / (model.strip - 1)));
  const set = (value) => setCodes(changed({}, knob, value));
  slider.oninput = () => set(at(code.range, slider.value / model.slider_steps));
  const strip = element("div", { className: "strip" });
  strip.setAttribute("role", "group");
  strip.setAttribute("aria-label", `${titleOf(code, dimension)} from ${format(low, code)} to ${format(high, code)}`);
  const buttons = values.map((value, i) => {
    const button = element("button", { tabIndex: i ? -1 : 0 }, element("canvas"));
    button.title = `${titleOf(code, dimension)} = ${format(value, code)}`;
    button.setAttribute("aria-label", button.title);
    button.onclick = () => set(value);
    return button;
  });
  strip.append(...buttons);
  onArrows(strip, () => model.strip);
  parent.append(element("div", { className: "row" }, slider, output, strip));
  const knob = {
    code,
    dimension,
    show() {
      const value = state.codes[code.name][dimension];
      slider.value = model.slider_steps * shareOf(code.range, value);
      slider.setAttribute("aria-valuetext", format(value, code));
      output.textContent = `${code.dimensions > 1 ? `[${dimension}] ` : ""}${format(value, code)}`;
    },
    cells: () => buttons.map((button, i) => ({ canvas: button.firstChild, codes: changed({}, knob, values[i]) })),
  };
  return knob;
}

function makeKnobs() {
  knobs = [];
  locks = [];
  document.documentElement.style.setProperty("--strip", model.strip);
  find("#list").replaceChildren(...model.codes.map((code) => {
    const card = find("#knob").content.firstElementChild.cloneNode(true);
    find("legend", card).textContent = code.name;
    find(".prior", card).textContent = code.prior.replaceAll("-", "−");
    const lock = find(".lock", card);
    lock.setAttribute("aria-label", `Lock ${code.name}`);
    const show = () => lock.setAttribute("aria-pressed", state.locked.has(code.name));
    locks.push({ show });
    lock.onclick = () => {
      if (!state.locked.delete(code.name)) state.locked.add(code.name);
      show();
      remember();
    };
    find(".gif", card).setAttribute("aria-label", `Save ${code.name} in motion as a GIF file`);
    find(".gif", card).onclick = (event) => saveAnimation(code, event.target);
    for (let dimension = 0; dimension < code.knobs; dimension++) {
      knobs.push((code.choices ? choiceKnob : sliderKnob)(card, code, dimension));
    }
    if (code.knobs < code.dimensions) {
      const rest = code.knobs ? `and ${code.dimensions - code.knobs} more dimensions` : "has no knob";
      card.append(element("p", { className: "note", textContent: rest }));
    }
    return card;
  }));
}

// The wall

const wallColumns = () => Math.ceil(Math.sqrt(model.wall));

function makeWall() {
  const buttons = Array.from({ length: model.wall }, (_, sample) => {
    const button = element("button", {}, element("canvas"));
    button.setAttribute("role", "radio");
    button.setAttribute("aria-label", `Sample ${sample + 1}`);
    button.onclick = () => {
      state.sample = sample;
      showSample();
      refresh("strips", "plane");
      remember();
    };
    return button;
  });
  find("#wall").style.setProperty("--columns", wallColumns());
  find("#wall").setAttribute("aria-label", `${model.wall} samples with the same codes; choose the large one`);
  find("#wall").replaceChildren(...buttons);
}

function showSample() {
  check([...find("#wall").children], state.sample);
  find("#sample-name").textContent = `Sample ${state.sample + 1}`;
  if (wall) draw(find("#large"), wall[state.sample]);
}

// The plane

const axes = () => knobs.filter(({ code, dimension }) => code.range && dimension < (code.axes ?? code.knobs));
const axisOf = (title) => axes().find(({ code, dimension }) => titleOf(code, dimension) === title);

function makePlane() {
  const titles = axes().map(({ code, dimension }) => titleOf(code, dimension));
  find("#plane-part").hidden = titles.length < 2;
  if (!state.plane.every((title) => titles.includes(title)) || new Set(state.plane).size < 2) {
    state.plane = titles.length < 2 ? [] : titles.slice(0, 2);
  }
  ["#plane-x", "#plane-y"].forEach((id, i) => {
    find(id).replaceChildren(...titles.map((title) => new Option(title, title, false, title === state.plane[i])));
    find(id).onchange = () => {
      if (state.plane[1 - i] === find(id).value) state.plane[1 - i] = state.plane[i];
      state.plane[i] = find(id).value;
      makePlane();
      showMark();
      refresh("plane");
      remember();
    };
  });
}

// The values at the middles of the first and the last image of a side are the ends of the range.
const edge = () => 1 / (2 * model.plane);
const toSide = (share) => edge() + share * (1 - 2 * edge());
const fromSide = (side) => (side - edge()) / (1 - 2 * edge());

const planeShares = () => state.plane.map(axisOf).map(({ code, dimension }) => (
  shareOf(code.range, state.codes[code.name][dimension])
));

function showMark() {
  if (!state.plane.length) return;
  const [across, up] = planeShares().map(toSide);
  Object.assign(find("#plane .mark").style, { left: `${100 * across}%`, top: `${100 * (1 - up)}%` });
  const [left, bottom] = state.plane.map(axisOf).map(({ code }) => toSide(shareOf(code.range, code.trained[0])));
  find("#plane .trained").style.inset = `${100 * bottom}% ${100 * left}%`;
}

function moveInPlane(shareX, shareY) {
  const [x, y] = state.plane.map(axisOf);
  const codes = changed({}, x, inRange(at(x.code.range, shareX), x.code));
  setCodes(changed(codes, y, inRange(at(y.code.range, shareY), y.code)));
}

find("#plane").addEventListener("pointerdown", (event) => {
  find("#plane").setPointerCapture(event.pointerId);
  dragInPlane(event);
});
find("#plane").addEventListener("pointermove", (event) => event.buttons && dragInPlane(event));
find("#plane").addEventListener("keydown", (event) => {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  if (!(event.key in steps)) return;
  event.preventDefault();
  moveInPlane(...planeShares().map((share, i) => share + steps[event.key][i] / Math.min(40, model.slider_steps)));
});

function dragInPlane(event) {
  const box = find("#plane").getBoundingClientRect();
  const sides = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
  moveInPlane(...sides.map((side) => clamp(fromSide(side), [0, 1])));
}

// A picture

async function encode(file, setsKnobs = true) {
  if (!model || !file || !source.encode) return;
  if (file.size > MAX_PICTURE_BYTES) return say("The picture has more than 16 MiB", true);
  try {
    const asked = model;
    const { seen, posteriors } = await source.encode(opened, file, model);
    if (model !== asked) return;
    draw(find("#seen"), seen[0]);
    showAnswer(file, posteriors, setsKnobs);
  } catch (error) {
    complain(error);
  }
}

function showAnswer(file, posteriors, setsKnobs) {
  const values = Object.fromEntries(model.codes.map((code) => [code.name, posteriors[code.name].values]));
  picture = { file, codes: values };
  find("#answer").hidden = false;
  find("#posteriors").replaceChildren(...model.codes.flatMap((code) => {
    const posterior = posteriors[code.name];
    return Array.from({ length: code.knobs }, (_, dimension) => (
      code.choices
        ? barsOf(titleOf(code, dimension), posterior.probs[dimension])
        : axisPosterior(titleOf(code, dimension), code, posterior.mean[dimension], posterior.std[dimension])
    ));
  }));
  refresh("picture");
  if (!setsKnobs) return;
  const free = Object.entries(values).filter(([name]) => !state.locked.has(name));
  const inReach = free.map(([name, list]) => {
    const code = model.codes.find((other) => other.name === name);
    return [name, code.range ? list.map((value) => inRange(value, code)) : list];
  });
  setCodes(Object.fromEntries(inReach));
}

function posteriorRow(title, shape, text) {
  shape.setAttribute("role", "img");
  shape.setAttribute("aria-label", `${title}: ${text}`);
  const name = element("b", { textContent: title, title });
  return element("div", { className: "posterior" }, name, shape, element("span", { className: "text" }, text));
}

function barsOf(title, probs) {
  const top = probs.indexOf(Math.max(...probs));
  const bars = probs.map((prob, option) => {
    const bar = element("i", { className: option === top ? "top" : "" });
    bar.title = `${option}: ${(100 * prob).toFixed(1)} %`;
    bar.style.height = `${100 * prob}%`;
    return bar;
  });
  const text = `${top} (${Math.round(100 * probs[top])} %)`;
  return posteriorRow(title, element("div", { className: "bars" }, ...bars), text);
}

function axisPosterior(title, code, mean, std) {
  const [low, high] = [mean - std, mean + std].map((value) => 100 * shareOf(code.range, value));
  // A whisker that leaves the axis of an angle comes in again at its other end.
  const [turns, longest] = code.is_circular ? [[-100, 0, 100], 100] : [[0], Infinity];
  const whiskers = turns.map((turn) => {
    const whisker = element("i");
    Object.assign(whisker.style, { left: `${low + turn}%`, width: `${Math.min(longest, high - low)}%` });
    return whisker;
  });
  const dot = element("em");
  dot.style.left = `${100 * shareOf(code.range, inRange(mean, code))}%`;
  const axis = element("div", { className: code.is_circular ? "axis circular" : "axis" }, ...whiskers, dot);
  return posteriorRow(title, axis, `${format(mean, code)} ± ${format(std, code)}`);
}

find("#file").onchange = () => {
  encode(find("#file").files[0]);
  find("#file").value = "";
};
document.addEventListener("paste", (event) => encode(event.clipboardData.files[0]));
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    document.body.classList.toggle("dragging", kind === "dragenter" || kind === "dragover");
  });
}
document.addEventListener("drop", (event) => encode(event.dataTransfer.files[0]));

// Saving

function save(blob, name) {
  const download = `${runs[opened.run].name}_${opened.step}_${name}`.replace(/[^\w.-]+/g, "_");
  const link = element("a", { href: URL.createObjectURL(blob), download });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

find("#save-wall").onclick = () => {
  if (!wall) return;
  const small = element("canvas");
  drawGrid(small, wall, wallColumns());
  const scale = Math.max(1, Math.round(560 / small.width));
  const large = element("canvas", { width: small.width * scale, height: small.height * scale });
  const context = large.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, large.width, large.height);
  large.toBlob((blob) => save(blob, "wall.png"));
};

find("#save-codes").onclick = () => {
  const codes = Object.fromEntries(model.codes.map((code) => {
    const values = state.codes[code.name];
    return [code.name, code.dimensions > 1 ? [values] : values[0]]; // As `InfoGAN.generate` takes them.
  }));
  const { seed, sample } = state;
  const saved = { run: runs[opened.run].name, step: opened.step, codes, seed, num_images: model.num_images, sample };
  save(new Blob([`${JSON.stringify(saved, null, 2)}\n`], { type: "application/json" }), "codes.json");
};

async function saveAnimation(code, button) {
  button.disabled = true;
  try {
    save(await source.animate(request(`animation ${code.name}`), code.name), `${code.name}.gif`);
  } catch (error) {
    complain(error);
  }
  button.disabled = false;
}

// Buttons and keys

const randomSeed = () => Math.floor(Math.random() * 2 ** 31);

function redraw() {
  state.seed = randomSeed();
  refresh("wall", "strips", "plane", "picture");
  remember();
}

function setFree(valueOf) {
  const free = model.codes.filter((code) => !state.locked.has(code.name));
  const values = (code) => Array.from({ length: code.dimensions }, () => valueOf(code));
  const codes = Object.fromEntries(free.map((code) => [code.name, values(code)]));
  setCodes(source.settle(codes, state.codes, null, state.locked));
}

const randomize = () => setFree((code) => (
  code.choices ? code.choices[Math.floor(Math.random() * code.choices.length)] : at(code.trained, Math.random())
));
const reset = () => setFree((code) => code.default);

find("#noise").onclick = redraw;
find("#random").onclick = randomize;
if (!source.isLive) {
  find("#random").title = "Draw codes that vary together, and reset those that vary alone, unless they are locked (R)";
}
find("#reset").onclick = reset;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select") || !model) return;
  const action = { n: source.isLive && redraw, r: randomize, 0: reset }[event.key.toLowerCase()];
  if (action) action();
});

// The address: a link is a place.

let remembering = null;
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(() => history.replaceState(null, "", `#${address()}`), 150);
}

function address() {
  const parameters = new URLSearchParams({ run: runs[state.run].name, seed: state.seed, sample: state.sample + 1 });
  if (state.step !== null) parameters.set("step", state.step);
  for (const [name, values] of Object.entries(state.codes)) {
    parameters.set(`code.${name}`, values.map((value) => Number(value.toFixed(4))).join(","));
  }
  if (state.locked.size) parameters.set("locked", [...state.locked].join(","));
  if (state.plane.length) parameters.set("plane", state.plane.join(","));
  return parameters.toString();
}

function readAddress() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const integer = (name, fallback, low, high) => {
    const value = Number(parameters.get(name) ?? NaN);
    return Number.isInteger(value) && value >= low && value <= high ? value : fallback;
  };
  const run = runs.findIndex(({ name }) => name === parameters.get("run"));
  state.run = Math.max(0, run);
  state.step = integer("step", null, 0, Infinity);
  if (!runs[state.run].steps.includes(state.step)) state.step = null;
  state.seed = integer("seed", 0, 0, 2 ** 31 - 1);
  state.sample = integer("sample", 1, 1, Infinity) - 1;
  state.locked = new Set(parameters.get("locked")?.split(","));
  state.plane = parameters.get("plane")?.split(",") ?? [];
  state.codes = {};
  for (const [key, text] of parameters) {
    if (key.startsWith("code.")) state.codes[key.slice(5)] = text.split(",").map(Number);
  }
}

/** Keeps of the state's codes what this model has, and adds what is missing. */
function fitCodes() {
  state.codes = Object.fromEntries(model.codes.map((code) => {
    const values = state.codes[code.name];
    const isValid = code.choices ? (value) => code.choices.includes(value) : Number.isFinite;
    if (values?.length === code.dimensions && values.every(isValid)) {
      return [code.name, code.range ? values.map((value) => inRange(value, code)) : values];
    }
    return [code.name, Array(code.dimensions).fill(code.default)];
  }));
  state.codes = source.settle(state.codes, state.codes);
  state.locked = new Set(model.codes.map(({ name }) => name).filter((name) => state.locked.has(name)));
  state.sample = Math.min(state.sample, model.wall - 1);
  state.seed = model.seed ?? state.seed;
}

// Runs and checkpoints

function showRuns() {
  const option = (text, value, isChosen) => new Option(text, value, false, isChosen);
  find("#run").replaceChildren(...runs.map(({ name }, number) => option(name, number, number === state.run)));
  const steps = [...runs[state.run].steps].reverse();
  find("#step").replaceChildren(
    option("newest", "", state.step === null),
    ...steps.map((step) => option(`update ${step.toLocaleString("en")}`, step, step === state.step)),
  );
}

async function openRun() {
  say("Loading…");
  const { run, step } = state;
  const turn = ++openings;
  try {
    const { step: shown, note, ...described } = await source.describe(run, step);
    if (turn !== openings) return; // Another has been chosen meanwhile.
    const isSame = JSON.stringify(described) === JSON.stringify(model);
    model = described;
    opened = { run, step: shown };
    document.title = `${runs[run].name}: InfoGAN explorer`;
    find("#note").textContent = note;
    find("#note").hidden = !note;
    showAbout();
    fitCodes();
    if (!isSame) {
      picture = null;
      find("#answer").hidden = true;
      wall = null;
      makeWall();
      makeKnobs();
    }
    makePlane();
    showSample();
    setCodes({});
    find("main").hidden = false;
    if (picture) encode(picture.file, false);
  } catch (error) {
    if (turn !== openings) return;
    complain(error);
    if (error.status === 400) {
      model = null; // There are no knobs for what can't be loaded.
      find("main").hidden = true;
    }
  }
}

function showAbout() {
  find("#about").hidden = !model.about;
  find("#about dl").replaceChildren(...(model.about ?? []).flatMap(([term, text]) => (
    [element("dt", { textContent: term }), element("dd", { textContent: text })]
  )));
}

find("#run").onchange = () => {
  Object.assign(state, { run: Number(find("#run").value), step: null });
  showRuns();
  openRun();
};
find("#step").onchange = () => {
  state.step = find("#step").value === "" ? null : Number(find("#step").value);
  openRun();
};
window.addEventListener("hashchange", () => {
  readAddress();
  showRuns();
  openRun();
});

/** Notices new runs, and new checkpoints of a run that is still training. */
async function poll() {
  if (document.hidden) return;
  try {
    const wasLost = source.isLost;
    const latest = await source.runs();
    if (!wasLost && JSON.stringify(latest) === JSON.stringify(runs)) return;
    const before = chosenStep();
    const { name } = runs[state.run];
    runs = latest;
    // A server that was started anew may count otherwise.
    state.run = Math.max(0, runs.findIndex((run) => run.name === name));
    if (!runs[state.run].steps.includes(state.step)) state.step = null;
    showRuns();
    if (wasLost || chosenStep() !== before) openRun();
  } catch (error) {
    complain(error);
  }
}

try {
  runs = await source.runs();
  readAddress();
  showRuns();
  await openRun();
} catch (error) {
  complain(error);
}
if (source.isLive) setInterval(poll, POLL_MS);
