"""The explorer's page in a real headless browser, as a person uses it."""

import io
import json
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from PIL import Image

from infogan_tf.explorer.models import WALL
from tests.explorer.conftest import (
    MINUS,
    UNNAMED,
    downloaded,
    expect_pixels,
    opening,
    save_checkpoints,
    slider,
    tile,
    turn,
)

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (requirements-dev.txt)")
expect = playwright.expect
# Drops a picture's bytes on the page.
DROP = """bytes => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "digit.png", { type: "image/png" }));
    document.querySelector("#drop").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
}"""


@pytest.fixture
def open_page(browser, server):
    with opening(browser, f"http://127.0.0.1:{server.port}/") as open_at:
        yield open_at


def test_the_wall_follows_the_knobs(open_page, logs):
    page, model = open_page(), logs[1]["digits/plain"]
    turn(page, "c2", 150)  # Of 200 steps from -2 to 2.
    page.get_by_role("radio", name="c1 7").click()
    slider(page, "c3").press("ArrowRight")
    images = model.generate({"c1": 7, "c2": 1.0, "c3": 0.02}, num_images=WALL, seed=0)
    for number in (1, 13, 25):
        expect_pixels(page, tile(number), images[number - 1])
    expect_pixels(page, "#large", images[0])
    expect(slider(page, "c2")).to_have_attribute("aria-valuetext", "1.00")
    page.get_by_role("radio", name="Sample 3").click()
    expect_pixels(page, "#large", images[2])
    thumbnail = model.generate({"c1": 4, "c2": 1.0, "c3": 0.02}, num_images=WALL, seed=0)[2]
    expect_pixels(page, "[aria-label='c1 4'] canvas", thumbnail)
    page.get_by_label(f"c2 = {MINUS}2.00").click()  # In its strip.
    expect_pixels(page, "#large", model.generate({"c1": 7, "c2": -2.0, "c3": 0.02}, num_images=WALL, seed=0)[2])


@pytest.mark.slow
def test_locked_codes_stay_and_a_link_is_a_place(open_page, logs):
    page = open_page()
    turn(page, "c2", 0)
    page.get_by_role("button", name="Lock c2").click()
    page.get_by_role("button", name="New noise").click()
    page.get_by_role("button", name="Random").click()
    page.keyboard.press("r")
    expect(slider(page, "c2")).to_have_attribute("aria-valuetext", f"{MINUS}2.00")
    turn(page, "c3", 175)
    page.get_by_role("radio", name="Sample 9").click()
    page.wait_for_url("**&sample=9&**&code.c3=1.5&**")
    place = urlsplit(page.url).fragment
    parameters = dict(parse_qsl(place))
    codes = {"c1": int(parameters["code.c1"]), "c2": -2.0, "c3": 1.5}
    images = logs[1]["digits/plain"].generate(codes, num_images=WALL, seed=int(parameters["seed"]))
    expect_pixels(page, "#large", images[8])
    again = open_page(f"#{place}")
    expect_pixels(again, "#large", images[8])
    again.wait_for_timeout(300)  # Until it would have written another address.
    assert again.url == page.url
    expect(again.get_by_role("button", name="Lock c2")).to_have_attribute("aria-pressed", "true")
    expect(slider(again, "c3")).to_have_attribute("aria-valuetext", "1.50")


def test_the_plane_sets_two_codes(open_page):
    page = open_page()
    box = page.locator("#plane").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 2)
    page.mouse.up()
    for name in ("c2", "c3"):
        expect(slider(page, name)).to_have_attribute("aria-valuetext", "2.00")
    page.locator("#plane").press("ArrowLeft")
    expect(slider(page, "c2")).to_have_attribute("aria-valuetext", "1.90")


@pytest.mark.slow
def test_a_dropped_picture_shows_its_codes(open_page, logs):
    page, model = open_page(), logs[1]["digits/plain"]
    page.get_by_role("button", name="Lock c3").click()
    image = np.random.default_rng(1).integers(0, 256, (28, 28), np.uint8)
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    page.evaluate(DROP, list(file.getvalue()))
    expect_pixels(page, "#seen", image / 255)
    posterior = model.infer_codes(image.reshape(1, 28, 28, 1) / np.float32(255))
    category, c2 = int(np.argmax(posterior["c1"].logits)), float(posterior["c2"].mean[0, 0])
    probability, std = float(np.max(posterior["c1"].probs)), float(posterior["c2"].std[0, 0])
    rows = page.locator(".posterior .text")
    expect(rows.nth(0)).to_have_text(f"{category} ({probability:.0%})".replace("%", " %"))
    expect(rows.nth(1)).to_have_text(f"{c2:.2f} ± {std:.2f}".replace("-", MINUS))
    expect(page.get_by_role("radio", name=f"c1 {category}")).to_have_attribute("aria-checked", "true")
    expect(slider(page, "c3")).to_have_attribute("aria-valuetext", "0.00")
    codes = {name: posterior[name].mean.numpy() for name in ("c2", "c3")} | {"c1": category}
    made = np.concatenate(list(model.generate(codes, num_images=WALL, seed=0)[:5]), axis=1)
    expect_pixels(page, "#made", made)


@pytest.mark.slow
def test_saves_the_wall_an_animation_and_the_codes(open_page, logs):
    page = open_page("#run=digits/plain&seed=4&code.c1=2&code.c2=0.5")
    name, content = downloaded(page, page.get_by_role("button", name="PNG"))
    assert name == "digits_plain_2_wall.png"
    with Image.open(io.BytesIO(content)) as wall:
        assert wall.size == (560, 560)
        first = np.asarray(wall.convert("L"))[:112:4, :112:4]
    images = logs[1]["digits/plain"].generate({"c1": 2, "c2": 0.5, "c3": 0.0}, num_images=WALL, seed=4)
    np.testing.assert_allclose(first, images[0, :, :, 0] * 255, atol=1)
    name, content = downloaded(page, page.get_by_role("button", name="Save c2 in motion"))
    assert name == "digits_plain_2_c2.gif"
    with Image.open(io.BytesIO(content)) as animation:
        assert (animation.format, animation.n_frames) == ("GIF", 32)
    name, content = downloaded(page, page.get_by_role("button", name="JSON"))
    assert name == "digits_plain_2_codes.json"
    saved = json.loads(content)
    again = logs[1]["digits/plain"].generate(saved["codes"], num_images=saved["num_images"], seed=saved["seed"])
    np.testing.assert_array_equal(again, images)


@pytest.mark.slow
def test_another_run_has_other_knobs_and_an_angle_goes_around(open_page, logs):
    page, model = open_page("#run=mixed&code.view=270"), logs[1]["mixed"]
    view = slider(page, "view")
    expect(view).to_have_attribute("aria-valuetext", f"{MINUS}90°")
    page.get_by_role("radio", name="on[1] 1").click()
    turn(page, "width", 200)
    turn(page, "style[1]", 0)
    codes = {"kind": 0, "on": [[0, 1]], "width": 4.5, "style": [[2, 0]], "view": -90}
    expect_pixels(page, tile(6), model.generate(codes, num_images=WALL, seed=0)[5])
    page.get_by_label("across").select_option("view")
    turn(page, "view", 200)
    expect(view).to_have_attribute("aria-valuetext", "180°")
    page.locator("#plane").press("ArrowRight")
    expect(view).to_have_attribute("aria-valuetext", f"{MINUS}171°")
    page.get_by_label("Run").select_option("digits/plain")
    expect(slider(page, "c2")).to_be_visible()


@pytest.mark.slow
def test_a_run_in_training_is_refreshed(open_page, server, logs, embedded_digits):
    page = open_page("#run=mixed")
    expect(page.locator("#status")).to_contain_text("update 1, ")
    save_checkpoints(logs[0] / "mixed", logs[1]["mixed"], [50])
    server.app.catalog.rescan()
    expect(page.locator("#status")).to_contain_text("update 50, ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_a_phone_in_both_color_schemes(open_page, scheme):
    page = open_page("#run=digits/plain", viewport={"width": 390, "height": 844}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    colors = page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]")
    brightness = [sum(map(int, color[4:-1].split(","))) for color in colors]
    assert (brightness[0] < brightness[1]) == (scheme == "dark")


def test_everything_that_can_be_used_has_a_name(open_page):
    assert open_page("#run=mixed").evaluate(UNNAMED) == []
