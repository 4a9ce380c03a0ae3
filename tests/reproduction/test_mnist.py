import dataclasses
import json
import subprocess
import sys

import pytest

from infogan_tf.configs.mnist import PRESETS
from infogan_tf.configs.reproduction import ReproductionConfig
from infogan_tf.errors import SettingError
from infogan_tf.reproduction import evaluated, mnist
from infogan_tf.training.metrics_log import read_training_time
from tests.conftest import ROOT

TINY = dataclasses.replace(PRESETS["best"], updates_per_epoch=4, batch_size=16, summary_interval=2)


def settings(folder, **changes):
    values = {"folder": str(folder), "data_source": "embedded", "max_epoch": 1, "seeds": (0, 1), **changes}
    return ReproductionConfig(**values)


@pytest.fixture(autouse=True, scope="module")
def _short():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "best", TINY)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A reproduction from nothing."""
    folder = tmp_path_factory.mktemp("reproduction")
    assert mnist.reproduce(settings(folder))
    return folder


def test_everything_is_made_from_nothing(made):
    figures = {f"figure2{panel}.png" for panel in "abcd"} | {"figure1.png", "two_codes.png", "confusion.png"}
    runs = {"infogan_seed_0", "infogan_seed_1", "gan_seed_0"}
    assert {path.name for path in made.iterdir()} == figures | runs | {"traversal.gif", "report.md", "report.html"}
    text = (made / "report.md").read_text()
    for seed in (0, 1):
        evaluation = json.loads((made / f"infogan_seed_{seed}" / "evaluation.json").read_text())
        error = evaluation["classification"]["c1"]["one_to_one_error"]
        assert f"| {seed} | {error:.2%} |" in text
        minutes = read_training_time(made / f"infogan_seed_{seed}" / "metrics.jsonl") / 60
        assert f"| infogan_seed_{seed} | infogan | {seed} | 4 | {minutes:.1f} |" in text
    for part in ("## Claim by claim", "| worst |", "(`--deformation=1`)", "| error, averaged |"):
        assert part in text


def test_the_baseline_is_a_regular_gan_whose_q_reads_images_as_they_are(made):
    settings_of = json.loads((made / "gan_seed_0" / "config.json").read_text())["settings"]
    assert (settings_of["objective"], settings_of["deformation"]) == ("gan", 0)


def test_a_second_call_makes_nothing_anew(made, monkeypatch):
    def no_evaluation(*_):
        raise AssertionError("what is evaluated already is evaluated again")

    monkeypatch.setattr(evaluated, "evaluate", no_evaluation)
    before = (made / "infogan_seed_0" / "metrics.jsonl").read_text()
    assert mnist.reproduce(settings(made))
    assert (made / "infogan_seed_0" / "metrics.jsonl").read_text() == before


@pytest.mark.parametrize("text", ["{", "{}", '{"version": 0, "run": {"update": 4}}', "[]"])
def test_a_damaged_or_older_evaluation_is_made_anew(made, monkeypatch, text):
    file = made / "infogan_seed_1" / "evaluation.json"
    whole = file.read_text()
    file.write_text(text)
    monkeypatch.setattr(evaluated, "evaluate", lambda *_: json.loads(whole))
    run = evaluated.evaluated(str(file.parent), None)
    file.write_text(whole)
    assert run.evaluation == json.loads(whole)


def test_a_run_without_its_curve_is_refused(made):
    file = made / "infogan_seed_1" / "metrics.jsonl"
    whole = file.read_text()
    file.write_text("cut off")
    with pytest.raises(SettingError, match=f"folder: expected runs with their curves, got {file} without a point"):
        evaluated.evaluated(str(file.parent), None)
    file.write_text(whole)


def test_runs_of_other_settings_are_refused(made, monkeypatch):
    monkeypatch.setitem(PRESETS, "best", dataclasses.replace(TINY, batch_size=32))
    with pytest.raises(SettingError, match=r"folder: expected a new folder.*batch_size: expected 16"):
        mnist.reproduce(settings(made))


def test_runs_of_another_length_are_not_reported_together(made):
    one, other = (evaluated.evaluated(str(made / f"infogan_seed_{seed}"), None) for seed in (0, 1))
    longer = other._replace(run=dataclasses.replace(other.run, step=8))
    with pytest.raises(SettingError, match="folder: expected runs of the same images and updates"):
        mnist._check_same([one, longer])


def test_a_stopped_training_ends_it_without_a_report(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "train", lambda config: False)
    assert not mnist.reproduce(settings(tmp_path))
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("--seeds=0,0", "different whole numbers from 0 to 2147483647, separated by commas"),
        ("--seeds=a", "different whole numbers"),
        ("--preset=mine", "one of paper, original, best"),
    ],
)
def test_bad_flags_are_answered_in_one_line(flag, text):
    command = [sys.executable, str(ROOT / "launchers" / "reproduce_mnist.py"), flag]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 2
    assert text in finished.stderr
    assert "Traceback" not in finished.stderr
