import re

import commands
import pytest
from absl import flags
from absl.testing import flagsaver

from infogan_tf.cli import generate
from infogan_tf.explorer import exported_page as precomputed

pytestmark = pytest.mark.slow


def test_the_explorer_the_commands_and_the_exports_are_measured(small_model, tmp_path, monkeypatch, capsys):
    small_model.save(tmp_path / "small.keras")
    flags.FLAGS.mark_as_parsed()
    monkeypatch.setattr(commands, "LARGE", (16, 16, 3))
    monkeypatch.setattr(precomputed, "STEPS", (3,))
    monkeypatch.setattr(precomputed, "WALL", 1)
    with flagsaver.flagsaver(run_folder=str(tmp_path / "small.keras"), number=6, requests=2):
        commands.main([])
    out = capsys.readouterr().out
    assert re.match(r".+, oneDNN (on|off), .+small.keras\n", out)
    speed = r"[\d,]+ images/s, with loading the model: 6 in \d+\.\d s"
    for row in (
        r"a wall of 25 of small.keras \| \d+ ms, at most \d+ ms",
        r"a wall of 25 of 16x16x3, untrained \| \d+ ms, at most \d+ ms",
        *(rf"{command}, {kind} \| {speed}" for command in ("generate", "encode") for kind in ("PNG files", "arrays")),
        *(rf"traverse of all codes, \.{ending} \| \d+\.\d s" for ending in ("png", "gif")),
        *(rf"export --format={name} \| \d+\.\d MB, in \d+\.\d s" for name in ("keras", "saved_model", "onnx", "html")),
    ):
        assert re.search(rf"^\| {row} \|$", out, flags=re.MULTILINE), row


def test_what_a_command_refuses_is_one_line(small_model, tmp_path, monkeypatch):
    small_model.save(tmp_path / "small.keras")
    flags.FLAGS.mark_as_parsed()
    monkeypatch.setattr(commands, "LARGE", (16, 16, 3))
    monkeypatch.setattr(commands, "_wall_latency", lambda path: "not measured")
    monkeypatch.setattr(generate, "MAX_BYTES", 5 * 28 * 28)
    message = "^error: flag --number: expected at most 5 images of 28x28x1, got 6 of all values of --codes$"
    with (
        flagsaver.flagsaver(run_folder=str(tmp_path / "small.keras"), number=6),
        pytest.raises(SystemExit, match=message),
    ):
        commands.main([])


@pytest.mark.parametrize("run", [None, "nowhere"])
def test_a_run_is_needed(run):
    flags.FLAGS.mark_as_parsed()
    message = f"error: flag --run_folder: expected the folder of a trained run, or a .keras file, got {run}"
    with flagsaver.flagsaver(run_folder=run), pytest.raises(SystemExit, match=message):
        commands.main([])
