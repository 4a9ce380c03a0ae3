// Where an exported page has its images from: one sheet of precomputed images for each sample on the wall.
// A knob sets one dimension of a code to the values that were computed. A table lists knobs of which every combination
// was, while all others are at their default.

document.documentElement.classList.add("static");

const source = (() => {
  const { run, model, knobs, tables, columns, sheets } = JSON.parse(document.querySelector("#precomputed").textContent);
  const bitmaps = Promise.all(sheets.map(async (sheet) => {
    const image = new Image();
    image.src = sheet;
    await image.decode();
    return createImageBitmap(image); // Stays decoded.
  }));

  function nearest(values, value) {
    const distances = values.map((other) => Math.abs(other - value));
    return distances.indexOf(Math.min(...distances));
  }

  const numbers = knobs.map((_, i) => i);

  /** For each knob, which of its values is nearest to the codes. */
  const positions = (codes) => knobs.map(({ code, dimension, values }) => nearest(values, codes[code][dimension]));
  const isTurned = (at, i) => at[i] !== knobs[i].default;
  const tableWith = (needed) => tables.find((table) => needed.every((i) => table.includes(i)));
  const sizeOf = (table) => table.reduce((size, i) => size * knobs[i].values.length, 1);

  /** Which image of a sheet shows these codes. */
  function indexOf(codes) {
    const at = positions(codes);
    const table = tableWith(numbers.filter((i) => isTurned(at, i)));
    const start = tables.slice(0, tables.indexOf(table)).reduce((sum, before) => sum + sizeOf(before), 0);
    return start + table.reduce((index, i) => index * knobs[i].values.length + at[i], 0);
  }

  return {
    isLive: false,
    runs: async () => [run],
    describe: async () => ({ ...model, step: run.steps[0] }),

    async generate(request, images, { image_shape: [height, width] }) {
      const decoded = await bitmaps;
      return images.map(([sample, codes]) => {
        const index = indexOf({ ...request.codes, ...codes });
        const from = [(index % columns) * width, Math.floor(index / columns) * height, width, height];
        return (context, x, y) => context.drawImage(decoded[sample], ...from, x, y, width, height);
      });
    },

    /**
     * The nearest codes that were computed together. Where not all were, only the knob that is varied and the locked
     * codes keep their values. The former counts even at its default, so that the others are the same along its strip.
     */
    settle(changes, before, varied = null, locked = new Set()) {
      const at = positions({ ...before, ...changes });
      const isVaried = (i) => knobs[i].code === varied?.code.name && knobs[i].dimension === varied.dimension;
      const needed = numbers.filter((i) => isTurned(at, i) || isVaried(i));
      const kept = needed.filter((i) => isVaried(i) || locked.has(knobs[i].code));
      const table = tableWith(needed) ?? tableWith(kept) ?? tables[0];
      const untouched = model.codes.map((code) => [code.name, Array(code.dimensions).fill(code.default)]);
      const settled = Object.fromEntries(untouched);
      for (const i of table) settled[knobs[i].code][knobs[i].dimension] = knobs[i].values[at[i]];
      return settled;
    },
  };
})();
