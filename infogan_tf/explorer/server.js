// Where the explorer's page has its images from: the server, which runs the models.
// An image is a function that paints it on a canvas's context at a place.

const PAGE = Math.random().toString(36).slice(2); // So that pages don't supersede each other's requests.

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const source = (() => {
  async function ask(path, body, type = "application/json") {
    const options = body === undefined ? {} : {
      method: "POST",
      headers: { "Content-Type": type },
      body: type === "application/json" ? JSON.stringify(body) : body,
    };
    let response;
    try {
      response = await fetch(path, options);
      source.isLost = false;
    } catch {
      source.isLost = true;
      throw new Refusal(0, "The server can't be reached");
    }
    if (!response.ok) {
      const { error } = await response.json().catch(() => ({ error: response.statusText }));
      throw new Refusal(response.status, error);
    }
    return response;
  }

  function imagesOf(pixels, [height, width, channels]) {
    const size = height * width * channels;
    return Array.from({ length: pixels.length / size }, (_, index) => {
      const data = new ImageData(width, height);
      for (let i = 0; i < width * height; i++) {
        const start = index * size + i * channels;
        for (let c = 0; c < 3; c++) data.data[4 * i + c] = pixels[start + (channels === 3 ? c : 0)];
        data.data[4 * i + 3] = 255;
      }
      return (context, x, y) => context.putImageData(data, x, y);
    });
  }

  const named = (request) => ({ ...request, view: `${PAGE} ${request.view}` });

  return {
    isLive: true,
    isLost: false, // Whether the last request didn't reach the server.

    /** All runs, each with the steps of its checkpoints. */
    runs: async () => (await ask("runs")).json(),

    /** What the page has to know of a model; of the newest one that can be read if the step is null. */
    describe: async (run, step) => (await ask("describe", { run, step })).json(),

    /** Images for `[sample, codes that differ from the request's]`. */
    async generate(request, images, { image_shape }) {
      const response = await ask("generate", { ...named(request), images });
      return imagesOf(new Uint8Array(await response.arrayBuffer()), image_shape);
    },

    /** A GIF file of the wall, in which one code varies. */
    animate: async (request, code) => (await ask("animate", { ...named(request), code })).blob(),

    /** A picture file as Q sees it, and what Q predicts. */
    async encode({ run, step }, file, { image_shape }) {
      const response = await ask(`encode?run=${run}&step=${step}`, file, "application/octet-stream");
      const { pixels, codes } = await response.json();
      const bytes = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
      return { seen: imagesOf(bytes, image_shape), posteriors: codes };
    },

    /** Codes as they can be shown together: here all of them. */
    settle: (codes) => codes,
  };
})();
