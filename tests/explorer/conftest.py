"""A real server over real run folders, whose models have small networks, and a real browser."""

import contextlib
import re
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from infogan_tf.build_model import build_model
from infogan_tf.config import Config
from infogan_tf.explorer.catalog import Catalog
from infogan_tf.explorer.server import make_explorer
from infogan_tf.training.checkpoints import Checkpoints
from infogan_tf.training.run import Run
from tests.conftest import WAIT_SECONDS

MINUS = "\N{MINUS SIGN}"
# What can be used on a page but has no name for a screen reader.
UNNAMED = """Array.from(document.querySelectorAll("button, select, input, [tabindex]"))
    .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
    .map((e) => e.outerHTML)"""
MIXED = "kind=categorical(12), on=bernoulli(size=2), width=uniform(0, 3), style=gaussian(2, 0.5, size=2), view=circular"


def make_run(folder: Path, data, steps=(1,), **settings):
    """Makes a run of an untrained model, whose weights are large enough to see what codes do; returns the model."""
    config = Config(run_folder=str(folder), **settings)
    model = build_model(config)
    for network in (model.generator, model.discriminator):
        for variable in network.trainable_variables:
            variable.assign(variable * 5)
    with Run.create(config).training() as run:
        run.begin(data, max_shift=0)
    save_checkpoints(folder, model, steps)
    return model


def save_checkpoints(folder: Path, model, steps):
    """Adds checkpoints of a model to a run."""
    for step in steps:
        Checkpoints(folder / "checkpoints", model, keep_every=1).save(step)


def damage_checkpoint(folder: Path, step: int):
    """Makes the checkpoint of an update unreadable."""
    for file in folder.glob("checkpoints/**/*.data-*"):
        if re.search(rf"step[-_]0*{step}\b", str(file.relative_to(folder))):
            file.write_bytes(b"damaged")


@contextlib.contextmanager
def serving(root: Path, *allowed_hosts: str):
    """A server in a thread of its own."""
    with make_explorer(Catalog(root), "127.0.0.1", 0, allowed_hosts) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def logs(tmp_path_factory, embedded_digits, small_networks):
    """A folder with two runs, `plain` with two checkpoints and `mixed` with codes of every kind; and their models."""
    root = tmp_path_factory.mktemp("logs")
    mixed = make_run(root / "mixed", embedded_digits, codes=MIXED)
    return root, {"digits/plain": make_run(root / "digits" / "plain", embedded_digits, steps=(1, 2)), "mixed": mixed}


@pytest.fixture(scope="module")
def server(logs):
    """The explorer, serving these runs."""
    with serving(logs[0]) as server:
        yield server


@contextlib.contextmanager
def opening(browser, address, **options):
    """Opens the page at fragments of an address, each until the wall is drawn; fails on any error or other host."""
    playwright = pytest.importorskip("playwright.sync_api")
    contexts, problems = [], []

    def open_at(fragment="", **more):
        contexts.append(browser.new_context(**options, **more))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: message.type == "error" and problems.append(message.text))
        page.on("request", lambda sent: sent.url.startswith((address, "data:", "blob:")) or problems.append(sent.url))
        page.goto(f"{address}{fragment}")
        playwright.expect(page.locator("#status")).to_contain_text("update ")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert problems == []


def pixels(page, selector):
    """The pixels of a canvas, gray."""
    numbers = page.locator(selector).first.evaluate(
        "canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data)"
    )
    return np.array(numbers, np.uint8)[::4]


def expect_pixels(page, selector, images):
    """Waits until a canvas shows an image of the model, up to rounding."""
    expected = 255 * np.asarray(images).ravel()
    last = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < last:
        shown = pixels(page, selector)
        if shown.shape == expected.shape and np.abs(shown - expected).max() <= 1:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{selector} does not show the expected image")


def tile(number):
    """The canvas of a sample on the wall."""
    return f"#wall button:nth-child({number}) canvas"


def slider(page, name):
    """The slider of a code."""
    return page.get_by_role("slider", name=name, exact=True)


def turn(page, name, value):
    """Turns the knob of a code, as a hand does that holds a slider."""
    script = "(s, v) => { s.value = v; s.dispatchEvent(new Event('input', { bubbles: true })); }"
    slider(page, name).evaluate(script, str(value))


def downloaded(page, button):
    """The name and content of the file that a button saves."""
    with page.expect_download() as download:
        button.click()
    return download.value.suggested_filename, download.value.path().read_bytes()
