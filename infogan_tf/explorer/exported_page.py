"""The explorer's page as one file, with images that were computed in advance and without a server.

Not every combination of codes fits into a file. A few codes vary together, in every combination of their values; each
other one varies alone, or together with the first.
"""

import base64
import importlib.resources
import io
import itertools
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from infogan_tf.console import bar
from infogan_tf.distributions.base import spread
from infogan_tf.errors import SettingError, printable
from infogan_tf.explorer.models import MAX_IMAGES, WALL, Codes, ExplorerModel
from infogan_tf.figures.pictures import tile
from infogan_tf.figures.traversals import COLUMNS, MAX_COLUMNS
from infogan_tf.files import write_text
from infogan_tf.options import short_number
from infogan_tf.training.loading import LoadedModel

SHEETS_BYTES = 3_600_000  # As text 4.8 MB, which leaves some for the page itself of 5 MB.
SHEET_PIXELS = 3_900_000  # Of one sample, at most 3.5 MB: black and white noise takes 0.9 bytes a pixel at QUALITY.
ALL_PIXELS = 32_000_000  # 128 MB in a browser.
QUALITY = 85  # Of WebP, where lossless images of all samples would not fit.
STEPS = (9, 7, 5, 3)  # Values of a continuous code, in order of preference: odd, so that the middle is one.
# How many codes vary together, and whether the others vary together with the first of them.
LAYOUTS = ((3, True), (3, False), (2, True), (2, False), (1, False))
NOTE = "The images were computed in advance; between the values that they have, the nearest is shown."
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


class Knob(NamedTuple):
    """A knob for one dimension of a code."""

    code: str
    dimension: int
    values: tuple[float, ...]  # What it is set to,
    default: int  # and which of them it has while others vary.
    is_choice: bool  # Whether the code is discrete.
    title: str


class Plan(NamedTuple):
    """The images of every sample: for each table all combinations of its knobs' values, the last varying fastest."""

    knobs: tuple[Knob, ...]
    tables: tuple[tuple[int, ...], ...]  # Numbers of knobs, first of those that vary together.
    steps: int  # Values of a continuous code.

    @property
    def num_images(self) -> int:
        """Images of one sample."""
        return sum(math.prod(len(self.knobs[i].values) for i in table) for table in self.tables)

    def images(self, defaults: Codes) -> Iterator[Codes]:
        """For each image the codes that it varies."""
        for table in self.tables:
            knobs = [self.knobs[i] for i in table]
            for values in itertools.product(*(knob.values for knob in knobs)):
                changes = {knob.code: list(defaults[knob.code]) for knob in knobs}
                for knob, value in zip(knobs, values, strict=True):
                    changes[knob.code][knob.dimension] = value
                yield changes


def make_plan(codes: Sequence[dict[str, Any]], max_images: int) -> Plan:
    """Plans as many images as allowed, of as many codes, which are as `ExplorerModel.describe` gives them."""
    for layout, steps in itertools.product(LAYOUTS, STEPS):
        plan = _plan(_knobs(codes, steps), *layout, steps)
        if plan.num_images <= max_images:
            return plan
    knobs = _knobs(codes, STEPS[-1])
    sizes = itertools.accumulate(len(knob.values) for knob in knobs)
    return _plan(knobs[: sum(size <= max_images for size in sizes)], *LAYOUTS[-1], STEPS[-1])


def _plan(knobs: Sequence[Knob], together: int, with_first: bool, steps: int) -> Plan:
    # The code of the most categories first, then the continuous ones.
    choices = sorted((i for i, knob in enumerate(knobs) if knob.is_choice), key=lambda i: -len(knobs[i].values))
    continuous = [i for i, knob in enumerate(knobs) if not knob.is_choice]
    order = [*choices[:1], *continuous, *choices[1:]]
    others = [(*order[:with_first], i) for i in sorted(order[together:])]
    return Plan(tuple(knobs), (tuple(order[:together]), *others), steps)


def _knobs(codes: Sequence[dict[str, Any]], steps: int) -> list[Knob]:
    knobs = []
    for code in codes:
        name, is_choice = code["name"], "choices" in code
        values = code["choices"] if is_choice else np.linspace(*code["range"], steps).tolist()
        for dimension in range(code["knobs"]):
            title = f"{name}[{dimension}]" if code["dimensions"] > 1 else name
            knobs.append(Knob(name, dimension, tuple(values), 0 if is_choice else steps // 2, is_choice, title))
    return knobs


def export_html(loaded: LoadedModel, path: Path, seed: int) -> list[str]:
    """Writes the page atomically; returns lines that say which images were computed.

    The seed decides the noise of the samples, as in `InfoGAN.generate`.

    Raises:
        SettingError: the images are too large for such a page, or neither gray nor in color.
    """
    model = ExplorerModel(loaded)
    described = model.describe()
    codes = described["codes"]
    for code in codes:
        if len(code.get("choices", [])) > MAX_COLUMNS:  # Ten of them, as in the traversals.
            code["choices"] = spread(COLUMNS, len(code["choices"])).tolist()
    height, width, channels = described["image_shape"]
    plan = make_plan(codes, SHEET_PIXELS // (height * width))
    if not plan.knobs or channels not in (1, 3):
        expected = "a model of gray or color images that are small enough for a page"
        raise SettingError("run_folder", expected, f"{loaded.caption}, of {height}x{width}x{channels}")
    columns = math.ceil(math.sqrt(plan.num_images))
    most = ALL_PIXELS // (plan.num_images * height * width) if loaded.model.spec.noise_size else 1
    sheets, quality = _sheets(model, plan, seed, columns, min(WALL, max(1, most)))
    for code in codes:
        code["knobs"] = sum(knob.code == code["name"] for knob in plan.knobs)
        code["axes"] = sum(plan.knobs[i].code == code["name"] for i in plan.tables[0])
    vectors = f"each of {len(sheets)} noise vectors" if len(sheets) > 1 else "one noise vector"
    number = f"{len(sheets) * plan.num_images:,} images, {plan.num_images:,} of {vectors}"
    together = ", ".join(plan.knobs[i].title for i in plan.tables[0])
    resets = f" {together} can be turned together; turning another code resets some." if len(plan.tables) > 1 else ""
    images = [("Computed", f"{number} (seed {seed}), {quality}"), *_describe_plan(plan)]
    described |= {
        "wall": len(sheets),
        "strip": plan.steps,
        "plane": plan.steps,
        "slider_steps": plan.steps - 1,
        "seed": seed,
        "note": f"{printable(loaded.introduction or f'{loaded.caption}.')} {NOTE}{resets}",
        "about": [(term, printable(text)) for term, text in [*_describe_run(loaded), *images]],
    }
    data = {
        "run": {"name": printable(loaded.name), "steps": [loaded.step or 0]},
        "model": described,
        "knobs": [knob._asdict() for knob in plan.knobs],
        "tables": plan.tables,
        "columns": columns,
        "sheets": [f"data:image/webp;base64,{base64.b64encode(sheet).decode()}" for sheet in sheets],
    }
    write_text(path, _page(data))
    return [f"{term}: {text}" for term, text in images]


def _sheets(model: ExplorerModel, plan: Plan, seed: int, columns: int, number: int) -> tuple[list[bytes], str]:
    """A sheet for each sample on the wall, with its images row by row: `number` of them, or as many as fit on the page.

    Also how they are compressed, which the first sheet decides.
    """
    defaults = {code["name"]: [code["default"]] * code["dimensions"] for code in model.describe()["codes"]}
    encoded: list[bytes] = []
    options: dict[str, Any] = {"lossless": True}
    for sample in bar(range(number)):
        changes = [(sample, codes) for codes in plan.images(defaults)]
        batches = (changes[start : start + MAX_IMAGES] for start in range(0, len(changes), MAX_IMAGES))
        images = np.concatenate([model.generate(model.latents(seed, defaults, batch)) for batch in batches])
        images = np.pad(images, [(0, -len(images) % columns), (0, 0), (0, 0), (0, 0)])
        sheet = Image.fromarray(tile(images.reshape(-1, columns, *images.shape[1:]) / np.float32(255), 1))
        image = _webp(sheet, options)
        if not encoded and number * len(image) > SHEETS_BYTES:
            options = {"quality": QUALITY}
            image = _webp(sheet, options)
        if sum(map(len, encoded)) + len(image) > SHEETS_BYTES:
            break
        encoded.append(image)
    return encoded, "lossless" if "lossless" in options else f"compressed with loss, quality {QUALITY}"


def _webp(sheet: Image.Image, options: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    sheet.save(file, "WEBP", **options)
    return file.getvalue()


def _describe_run(loaded: LoadedModel) -> Iterator[tuple[str, str]]:
    """Where the model comes from, as terms and texts."""
    yield "Model", loaded.caption
    if (record := loaded.record) is None:
        yield "Data", "not known: the file does not say what the model was trained on"
        return
    data = record.data
    images = data.description.removesuffix(f" ({data.reason})")  # It names a folder, which concerns nobody else.
    yield "Data", f"a fallback: {images}" if data.is_fallback else images
    yield "Preset", f"{record.preset}, of {record.settings['experiment']}"


def _describe_plan(plan: Plan) -> Iterator[tuple[str, str]]:
    """Which codes vary, as terms and texts."""
    main, *others = ([plan.knobs[i] for i in table] for table in plan.tables)
    yield "Together", _name_knobs(main)
    if others:
        beside = f" but {others[0][0].title}" if len(others[0]) > 1 else ""
        meaning = f"while all others{beside} are at their middle or first value, to which they return"
        yield "Alone", f"{_name_knobs([knobs[-1] for knobs in others])}; each {meaning}"


def _name_knobs(knobs: Sequence[Knob]) -> str:
    """Knobs with their values, those with the same values together."""
    titles: dict[str, list[str]] = {}
    for knob in knobs:
        numbers = list(map(short_number, knob.values))
        values = ", ".join(numbers) if knob.is_choice else f"{len(numbers)} values from {numbers[0]} to {numbers[-1]}"
        titles.setdefault(values, []).append(knob.title)
    return "; ".join(f"{', '.join(same)}: {values}" for values, same in titles.items())


def _page(data: dict[str, Any]) -> str:
    """The explorer's page with everything that it needs inside; the data can't end the element that it is in."""
    folder = importlib.resources.files(__package__)
    files = ("page.html", "page.css", "exported_page.js", "page.js")
    html, css, images, page = ((folder / name).read_text(encoding="utf-8") for name in files)
    text = json.dumps(data).replace("<", "\\u003c")
    element = f'<script id="precomputed" type="application/json">{text}</script>'
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    for outside, inside in (
        ('<link rel="stylesheet" href="page.css">', f"<style>\n{css}</style>"),
        ('<script src="server.js"></script>', f"{element}\n<script>\n{images}</script>"),
        ('<script src="page.js" type="module"></script>', f'<script type="module">\n{page}</script>'),
        ('<meta charset="utf-8">', f'<meta charset="utf-8">\n  {policy}'),
    ):
        html = html.replace(outside, inside)
    return html
