// Where an exported page has its images from: one sheet of precomputed images for each sample on the wall.
// A dial is one coordinate of a code with the values that were computed. A table lists dials of which every combination
// was, while all others are at their default.

document.documentElement.classList.add("static");

const source = (() => {
  const { run, model, dials, tables, columns, sheets } = JSON.parse(document.querySelector("#precomputed").textContent);
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

  /** For each dial, which of its values is nearest to the codes. */
  const positions = (codes) => dials.map(({ code, dimension, values }) => nearest(values, codes[code][dimension]));
  const turned = (at) => dials.map((_, i) => i).filter((i) => at[i] !== dials[i].default);
  const tableWith = (needed) => tables.find((table) => needed.every((i) => table.includes(i)));
  const sizeOf = (table) => table.reduce((size, i) => size * dials[i].values.length, 1);

  /** Which image of a sheet shows these codes. */
  function indexOf(codes) {
    const at = positions(codes);
    const table = tableWith(turned(at));
    const start = tables.slice(0, tables.indexOf(table)).reduce((sum, before) => sum + sizeOf(before), 0);
    return start + table.reduce((index, i) => index * dials[i].values.length + at[i], 0);
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

    /** The nearest codes that were computed together; coordinates in `kept` stay if not all can. */
    settle(changes, before, kept) {
      const codes = { ...before, ...changes };
      const at = positions(codes);
      const needed = turned(at);
      const isKept = (i) => kept.some(({ code, dimension }) => (
        code.name === dials[i].code && dimension === dials[i].dimension
      ));
      const table = tableWith(needed) ?? tableWith(needed.filter(isKept)) ?? tables[0];
      const untouched = model.codes.map((code) => [code.name, Array(code.dimensions).fill(code.default)]);
      const settled = Object.fromEntries(untouched);
      for (const i of table) settled[dials[i].code][dials[i].dimension] = dials[i].values[at[i]];
      return settled;
    },
  };
})();
