import dataclasses
import json
import subprocess
import sys

import pytest

from infogan_tf.configs.mnist import PRESETS
from infogan_tf.configs.reproduction import ReproductionConfig
from infogan_tf.errors import SettingError
from infogan_tf.reproduction import evaluated, mnist
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reproduction")


@pytest.fixture
def short(monkeypatch):
    tiny = dataclasses.replace(PRESETS["best"], updates_per_epoch=4, batch_size=16, summary_interval=2)
    monkeypatch.setitem(PRESETS, "best", tiny)


def settings(folder, **changes):
    values = {"folder": str(folder), "data_source": "embedded", "max_epoch": 1, "seeds": (0, 1), **changes}
    return ReproductionConfig(**values)


def test_everything_is_made_from_nothing(folder, short, capsys):
    assert mnist.reproduce(settings(folder))
    names = {path.name for path in folder.iterdir()}
    figures = {f"figure2{panel}.png" for panel in "abcd"} | {"figure1.png", "two_codes.png", "confusion.png"}
    assert names == figures | {
        "traversal.gif",
        "report.md",
        "report.html",
        "infogan_seed_0",
        "infogan_seed_1",
        "gan_seed_0",
    }
    text = (folder / "report.md").read_text()
    for seed in (0, 1):
        evaluation = json.loads((folder / f"infogan_seed_{seed}" / "evaluation.json").read_text())
        error = evaluation["classification"]["c1"]["one_to_one_error"]
        assert f"| {seed} | {error:.2%} |" in text
    assert "## Claim by claim" in text
    assert "| worst |" in text
    baseline = json.loads((folder / "gan_seed_0" / "evaluation.json").read_text())
    assert baseline["run"]["objective"] == "gan"
    assert f"report: {folder / 'report.html'}" in capsys.readouterr().out


def test_a_second_call_makes_nothing_anew(folder, short, monkeypatch):
    def no_evaluation(*_):
        raise AssertionError("what is evaluated already is evaluated again")

    monkeypatch.setattr(evaluated, "evaluate", no_evaluation)
    before = (folder / "infogan_seed_0" / "metrics.jsonl").read_text()
    assert mnist.reproduce(settings(folder))
    assert (folder / "infogan_seed_0" / "metrics.jsonl").read_text() == before


def test_a_stopped_training_ends_it_without_a_report(tmp_path, short, monkeypatch):
    monkeypatch.setattr(mnist, "train", lambda config: False)
    assert not mnist.reproduce(settings(tmp_path))
    assert not (tmp_path / "report.html").exists()


def test_runs_of_other_settings_are_refused(folder, short):
    PRESETS["best"] = dataclasses.replace(PRESETS["best"], batch_size=32)
    with pytest.raises(SettingError, match="batch_size: expected 16"):
        mnist.reproduce(settings(folder))


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("--seeds=0,0", "whole numbers of at least 0, separated by commas, none twice"),
        ("--seeds=a", "whole numbers of at least 0"),
        ("--preset=mine", "one of paper, original, best"),
    ],
)
def test_bad_flags_are_answered_in_one_line(flag, text):
    command = [sys.executable, str(ROOT / "launchers" / "reproduce_mnist.py"), flag]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 2
    assert text in finished.stderr
    assert "Traceback" not in finished.stderr
