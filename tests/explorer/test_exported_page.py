"""The exported page: which images it has, and what one sees and does with it in a real headless browser."""

import json
import re

import numpy as np
import pytest

from infogan_tf.codes import LatentSpec
from infogan_tf.errors import SettingError
from infogan_tf.explorer import exported_page, models
from infogan_tf.explorer.exported_page import SHEET_PIXELS, SHEETS_BYTES, export_html, make_plan
from infogan_tf.explorer.models import WALL, describe_code
from infogan_tf.model import InfoGAN
from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up
from infogan_tf.training.loading import LoadedModel, load_model
from tests.explorer.conftest import MINUS, UNNAMED, downloaded, expect_pixels, make_run, opening, pixels, tile, turn

CODES = "kind=categorical(12), on=bernoulli(size=2), width=uniform(0, 3), style=gaussian(2, 0.5, size=3), view=circular"
SAMPLES = 4
SEED = 3
HOSTILE = '</script><script>document.title = "broken"</script><img src=x onerror=alert(1)>'


# Which images


def codes_of(text):
    return [describe_code(code) for code in LatentSpec.parse(text, noise_size=4).codes]


TOGETHER = [("c1", 0), ("c2", 0), ("c3", 0)]


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("categorical(10), 4*uniform", [TOGETHER, [("c1", 0), ("c4", 0)], [("c1", 0), ("c5", 0)]]),
        ("bernoulli, uniform, categorical(3)", [TOGETHER[::-1]]),  # The code of most categories comes first.
    ],
)
def test_two_continuous_codes_vary_together_for_each_category(text, tables):
    plan = make_plan(codes_of(text), SHEET_PIXELS // 32**2)
    assert [[plan.knobs[i][:2] for i in table] for table in plan.tables] == tables
    assert plan.knobs[1].values == (-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2)


TABLES_OF_CODES = """uniform; categorical(2); bernoulli; 5*uniform; 10*categorical(10); 4*categorical(20), 4*uniform;
3*categorical(20), circular, uniform; bernoulli(size=8), gaussian(2, 0.5, size=3); 100*uniform; 100*bernoulli(size=10);
categorical(50), bernoulli, uniform(size=1000)"""


@pytest.mark.parametrize("pixels", [16, 64, 128, 256])
@pytest.mark.parametrize("text", TABLES_OF_CODES.replace("\n", " ").split("; "))
def test_every_table_of_codes_fits(text, pixels):
    codes = codes_of(text)
    most = SHEET_PIXELS // pixels**2
    plan = make_plan(codes, most)
    assert 2 <= plan.num_images <= most
    assert plan.num_images == len(list(plan.images({c["name"]: [c["default"]] * c["dimensions"] for c in codes})))
    defaults = {code["name"]: code["default"] for code in codes}
    assert all(knob.values[knob.default] == defaults[knob.code] for knob in plan.knobs)
    assert {i for table in plan.tables for i in table} == set(range(len(plan.knobs)))


# The file


@pytest.fixture(scope="module")
def few_images():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exported_page, "STEPS", (5, 3))
        patch.setattr(exported_page, "WALL", SAMPLES)
        patch.setattr(models, "MAX_KNOBS", 2)
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory, embedded_digits, small_networks):
    """A run of codes of every kind whose record means harm, and its model."""
    folder = tmp_path_factory.mktemp("runs") / "<b>run"
    model = make_run(folder, embedded_digits, codes=CODES)
    record = json.loads((folder / "config.json").read_text())
    reason = "mnist is not prepared in /home/me, and the network gave no answer"
    record["data"] |= {"is_fallback": True, "reason": reason, "description": f"{HOSTILE} ({reason})"}
    (folder / "config.json").write_text(json.dumps(record))
    (folder / "README.md").write_text(f"# A run\n\nkind is\n{HOSTILE}.\n\n## More\n")
    return folder, model


@pytest.fixture(scope="module")
def file(run, few_images, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    assert export_html(load_model(run[0]), path, SEED) == [
        "Computed: 1,872 images, 468 of each of 4 noise vectors (seed 3), lossless",
        "Together: kind: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11; width: 5 values from -1.5 to 4.5; "
        "style[0]: 5 values from 0 to 4",
        "Alone: on[0], on[1]: 0, 1; style[1]: 5 values from 0 to 4; view: 5 values from -180 to 180; each while all "
        "others but kind are at their middle or first value, to which they return",
    ]
    return path


def data_of(path):
    return json.loads(re.search(r'<script id="precomputed".*?>(.*?)</script>', path.read_text())[1])


def test_the_file_names_no_host_and_has_everything_inside(file):
    text = file.read_text()
    assert set(re.findall(r'(?:src|href)="(.*?)"', text)) == {"data:,"}  # The empty icon.
    assert "//" not in re.sub(r"base64,[^\"]+|^ *//.*$|; //.*$", "", text, flags=re.MULTILINE)
    assert "default-src 'none'" in text
    assert "<script>document" not in text
    assert "/home/me" not in text
    assert text.count("</script>") == 3


@pytest.mark.slow
def test_noise_fits_too(tmp_path, monkeypatch):
    """Nearly black and white at random: nothing is harder to compress with loss, and without loss it doesn't fit.

    Of a sixteenth of the pixels, for which a sixteenth of the bytes has to be enough.
    """
    random = np.random.default_rng(0)

    def generate(_, latents):
        pixels = random.integers(0, 16, (len(latents), 32, 32, 3), np.uint8)
        return np.where(pixels > 7, 240 + pixels, pixels)

    monkeypatch.setattr(exported_page, "SHEET_PIXELS", SHEET_PIXELS // 16)
    monkeypatch.setattr(exported_page, "SHEETS_BYTES", SHEETS_BYTES // 16)
    monkeypatch.setattr(exported_page, "WALL", 1)
    monkeypatch.setattr(exported_page.ExplorerModel, "generate", generate)
    path = tmp_path / "page.html"
    computed = export_html(color_model((32, 32, 3)), path, 0)[0]
    assert computed == "Computed: 150 images, 150 of one noise vector (seed 0), compressed with loss, quality 85"
    (sheet,) = data_of(path)["sheets"]
    bytes_per_pixel = 3 / 4 * len(sheet) / (150 * 32 * 32)
    assert 3_000_000 < bytes_per_pixel * SHEET_PIXELS < SHEETS_BYTES
    assert path.stat().st_size - len(sheet) + 4 / 3 * SHEETS_BYTES < 5_000_000


def color_model(shape):
    spec = LatentSpec.parse("categorical(300), 4*uniform", noise_size=4)
    generator = Generator(GeneratorSpec(grid=(shape[0] // 4, shape[1] // 4, 4), ups=(Up(4),)), spec.size, shape)
    discriminator = Discriminator(DiscriminatorSpec((Conv(2), Conv(2)), code_hidden=2), shape, spec.posterior_size, 0.1)
    return LoadedModel(InfoGAN(generator, discriminator, spec), "noise.keras", None, "center", None)


def test_too_large_images_are_refused(tmp_path, monkeypatch, small_model):
    monkeypatch.setattr(exported_page, "SHEET_PIXELS", 9 * 28 * 28)
    with pytest.raises(SettingError, match="images that are small enough for a page, got d, of 28x28"):
        export_html(LoadedModel(small_model, "d", None, "center", None), tmp_path / "page.html", 0)
    assert not list(tmp_path.iterdir())


# The page


@pytest.fixture
def open_file(browser, file):
    with opening(browser, file.as_uri(), offline=True) as open_at:
        yield open_at


def value(page, name):
    return page.get_by_role("slider", name=name, exact=True).get_attribute("aria-valuetext")


@pytest.mark.slow
def test_the_images_follow_the_knobs(open_file, run):
    page, model = open_file(), run[1]
    codes = {"kind": 7, "on": [[0, 0]], "width": 3.0, "style": [[4, 2, 2]], "view": 0}
    turn(page, "style[0]", 4)
    page.get_by_role("radio", name="kind 7").click()
    page.get_by_role("slider", name="width", exact=True).press("ArrowRight")
    images = model.generate(codes, num_images=WALL, seed=SEED)
    for number in range(1, SAMPLES + 1):
        expect_pixels(page, tile(number), images[number - 1])
    page.get_by_role("radio", name="Sample 3").click()
    expect_pixels(page, "#large", images[2])
    thumbnail = model.generate({**codes, "kind": 11}, num_images=WALL, seed=SEED)[2]
    expect_pixels(page, "[aria-label='kind 11'] canvas", thumbnail)
    page.get_by_label(f"width = {MINUS}1.50").click()
    expect_pixels(page, "#large", model.generate({**codes, "width": -1.5}, num_images=WALL, seed=SEED)[2])


@pytest.mark.slow
def test_a_code_that_varies_alone_puts_the_others_back(open_file, run):
    page = open_file()
    page.get_by_role("radio", name="kind 4").click()
    turn(page, "width", 4)
    codes = {"kind": 4, "on": [[0, 1]], "width": 1.5, "style": [[2, 2, 2]], "view": 0}
    images = run[1].generate(codes, num_images=WALL, seed=SEED)
    expect_pixels(page, "[aria-label='on[1] 1'] canvas", images[0])
    page.get_by_role("radio", name="on[1] 1").click()
    expect_pixels(page, tile(2), images[1])
    assert value(page, "width") == "1.50"
    back = run[1].generate({**codes, "on": [[0, 0]]}, num_images=WALL, seed=SEED)
    expect_pixels(page, "[aria-label='width = 1.50'] canvas", back[0])
    page.get_by_role("button", name="Lock on").click()
    page.get_by_role("button", name="Random").click()
    assert page.get_by_role("radio", name="on[1] 1").get_attribute("aria-checked") == "true"
    turn(page, "width", 0)
    assert page.get_by_role("radio", name="on[1] 1").get_attribute("aria-checked") == "false"


def test_a_link_is_the_nearest_place_and_codes_are_saved(open_file, run):
    page = open_file("#seed=99&sample=2&code.kind=5&code.width=2.1&code.style=3.9,2,1&code.on=0,0")
    assert (value(page, "width"), value(page, "style[0]")) == ("1.50", "4.00")
    seen = pixels(page, "#large")
    name, content = downloaded(page, page.get_by_role("button", name="JSON"))
    assert name == "_b_run_1_codes.json"
    saved = json.loads(content)
    images = run[1].generate(saved["codes"], num_images=saved["num_images"], seed=saved["seed"])
    np.testing.assert_allclose(seen, np.ravel(images[saved["sample"]]) * 255, atol=1)


def test_it_says_what_it_shows(open_file):
    page = open_file()
    assert page.title() == "<b>run: InfoGAN explorer"
    assert page.locator("#note").text_content().startswith(f"kind is {HOSTILE}. The images were computed in advance; ")
    assert page.locator("#note").text_content().endswith(" turning another code resets some.")
    about = page.locator("#about").inner_text()
    assert f"a fallback: {HOSTILE}\n" in about
    assert f"--codes='{CODES}', of mnist" in about
    assert "4 noise vectors (seed 3), lossless" in about
    assert page.locator("#plane-x option").all_text_contents() == ["width", "style[0]"]
    assert page.evaluate(UNNAMED) == []
    for name in ("New noise", "GIF", "Your picture", "Run", "Checkpoint"):
        assert not page.get_by_text(name, exact=True).first.is_visible()
