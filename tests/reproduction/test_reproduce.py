import contextlib
import dataclasses
import io
import json
import runpy
import sys

import pytest

from infogan_tf import experiments
from infogan_tf.config import without_additions
from infogan_tf.data import sources
from infogan_tf.errors import SettingError
from infogan_tf.evaluation import evaluate as evaluation_module
from infogan_tf.experiments import presets
from infogan_tf.reproduction import mnist, runs
from infogan_tf.reproduction.config import ReproductionConfig
from infogan_tf.reproduction.reproduce import reproduce
from infogan_tf.training import train
from infogan_tf.training.loading import load_run
from infogan_tf.training.metrics_log import read_training_time
from tests import processes
from tests.conftest import ROOT
from tests.small_networks import SMALL_EXPERIMENT

SHORT = {"updates_per_epoch": 4, "batch_size": 16, "summary_interval": 2}
TINY = dataclasses.replace(presets("mnist")["best"], **SHORT)


def settings(folder, **changes):
    values = {"folder": str(folder), "data_source": "embedded", "max_epoch": 1, "seeds": (0, 1), **changes}
    return ReproductionConfig(**values)


@pytest.fixture(autouse=True, scope="module")
def _short(small_networks):
    with pytest.MonkeyPatch.context() as patch:
        short = {name: {**changes, **SHORT} for name, changes in SMALL_EXPERIMENT.presets.items()}
        patch.setattr(experiments.mnist, "EXPERIMENT", dataclasses.replace(SMALL_EXPERIMENT, presets=short))
        numbers = {"NUM_GENERATED": 200, "NUM_MATCHED": 200, "NUM_NEIGHBORHOODS": 200, "NUM_OF_A_VALUE": 5}
        for name, number in numbers.items():
            patch.setattr(evaluation_module, name, number)
        yield


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A reproduction that a signal stopped before its second run: its folder, what was in it, and what was said."""
    folder = tmp_path_factory.mktemp("reproduction")
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as output:
        patch.setattr(runs, "train", lambda config: config.seed == 0 and train(config))
        assert not reproduce(settings(folder))
    return folder, {str(path.relative_to(folder)) for path in folder.rglob("*")}, output.getvalue()


@pytest.fixture(scope="module")
def made(stopped):
    """The same, gone on with."""
    assert reproduce(settings(stopped[0]))
    return stopped[0]


def test_a_stopped_reproduction_has_measured_what_is_done_and_reports_nothing(stopped):
    _, files, output = stopped
    assert "infogan_seed_0/evaluation.json" in files
    assert not [file for file in files if file.startswith(("infogan_seed_1", "report"))]
    assert output.endswith("stopped; the same command resumes\n")


def test_everything_is_made(made):
    figures = {f"figure2{panel}.png" for panel in "abcd"} | {"figure1.png", "two_codes.png", "confusion.png"}
    runs = {"infogan_seed_0", "infogan_seed_1", "gan_seed_0", "gan_own_q_seed_0", "gan_paper_seed_0"}
    assert {path.name for path in made.iterdir()} == figures | runs | {"traversal.gif", "report.md", "report.html"}
    text = (made / "report.md").read_text()
    for seed in (0, 1):
        evaluation = json.loads((made / f"infogan_seed_{seed}" / "evaluation.json").read_text())
        error = evaluation["classification"]["c1"]["label"]["one_to_one_error"]
        assert f"| {seed} | {error:.2%} |" in text
        minutes = read_training_time(made / f"infogan_seed_{seed}" / "metrics.jsonl") / 60
        assert f"| infogan_seed_{seed} | infogan | {seed} | 4 | {minutes:.1f} |" in text
    for part in ("## Claim by claim", "| worst of each column |", "`--code_augmentation=1.0 "):
        assert part in text


def test_the_regular_gans_have_the_settings_of_the_infogans_and_the_papers(made):
    best = without_additions(TINY)
    assert best == dataclasses.replace(TINY, code_augmentation=0.0, consistency=0.0)
    for name, settings_of, objective in (
        ("gan", best, "gan"),
        ("gan_own_q", best, "gan_own_q"),
        ("gan_paper", presets("mnist")["paper"], "gan"),
    ):
        trained = load_run(made / f"{name}_seed_0").config
        origin = {key: getattr(trained, key) for key in ("data_source", "max_epoch", "run_folder")}
        assert trained == dataclasses.replace(settings_of, objective=objective, **origin)
        assert (made / f"{name}_seed_0" / "evaluation.json").exists() == (name == "gan")


def test_what_is_for_figure_1_alone_is_trained_no_longer_than_it_shows(tmp_path):
    updates = {
        planned.config.run_folder.rpartition("/")[2]: (planned.preset, planned.config.total_updates)
        for planned in mnist.plan(settings(tmp_path, max_epoch=400, seeds=(5,)))
    }
    assert updates == {
        "infogan_seed_5": ("best", 1600),
        "gan_seed_5": ("best", 1600),
        "gan_own_q_seed_5": ("best", 1000),
        "gan_paper_seed_5": ("paper", 1000),
    }
    of_paper = mnist.plan(settings(tmp_path, preset="paper", seeds=(5,)))
    assert [planned.config.objective for planned in of_paper] == ["infogan", "gan", "gan_own_q"]


def test_a_second_call_makes_nothing_anew(made, monkeypatch):
    def no_evaluation(*_):
        raise AssertionError("what is evaluated already is evaluated again")

    monkeypatch.setattr(runs, "evaluate", no_evaluation)
    files = [path for path in made.rglob("*") if path.is_file() and "seed" in path.parent.name]
    before = {path: path.read_bytes() for path in files}
    assert reproduce(settings(made))
    assert {path: path.read_bytes() for path in files} == before
    assert "events" in " ".join(path.name for path in files)


@pytest.mark.parametrize("text", ["{", "{}", '{"version": 0, "run": {"update": 4}}', "[]"])
def test_a_damaged_or_older_evaluation_is_made_anew(made, monkeypatch, text):
    file = made / "infogan_seed_1" / "evaluation.json"
    whole = file.read_text()
    file.write_text(text)
    monkeypatch.setattr(runs, "evaluate", lambda *_: json.loads(whole))
    evaluation = runs._evaluation(load_run(file.parent), settings(made))
    file.write_text(whole)
    assert evaluation == json.loads(whole)


def test_an_evaluation_without_its_pictures_is_made_anew(made, monkeypatch):
    calls = []
    monkeypatch.setattr(runs, "evaluate", lambda *_: calls.append(1))
    run = load_run(made / "infogan_seed_1")
    runs._evaluation(run, settings(made))
    assert not calls
    picture = made / "infogan_seed_1" / "codes_and_factors.png"
    moved = picture.rename(made / "moved.png")
    runs._evaluation(run, settings(made))
    moved.rename(picture)
    assert calls


@pytest.mark.parametrize(
    ("existing", "preset", "is_refused"),
    [
        ("infogan_seed_0", "best", False),
        ("gan_paper_seed_7", "best", False),
        ("infogan_seed_0", "paper", True),
        ("gan_paper_seed_0", "paper", True),
        ("paper_seed_0", "best", True),
        ("my_pictures", "paper", False),
    ],
)
def test_runs_of_another_preset_in_the_folder_are_refused(tmp_path, monkeypatch, existing, preset, is_refused):
    (tmp_path / existing).mkdir()
    monkeypatch.setattr(runs, "_trained", lambda _: None)
    config = settings(tmp_path, preset=preset, seeds=(3,))
    if not is_refused:
        assert runs.carry_out(mnist.plan(config), config) is None
        return
    message = f"^folder: expected a new folder, or one of runs with --preset={preset}, got {tmp_path / existing}$"
    with pytest.raises(SettingError, match=message):
        runs.carry_out(mnist.plan(config), config)


def test_each_preset_has_a_folder_of_its_own():
    paths = [str(ReproductionConfig(experiment="faces", preset=name).path) for name in ("best", "paper")]
    assert paths == ["logs/faces/reproduction", "logs/faces/reproduction_paper"]


def test_a_run_without_its_curve_is_refused(made):
    file = made / "infogan_seed_1" / "metrics.jsonl"
    whole = file.read_text()
    file.write_text("cut off")
    with pytest.raises(SettingError, match=f"^folder: expected a run with its curves, got {file} without a point"):
        reproduce(settings(made))
    file.write_text(whole)


def test_runs_of_other_settings_are_refused(made, monkeypatch):
    current = experiments.mnist.EXPERIMENT
    changed = {**current.presets, "best": {**current.presets["best"], "batch_size": 32}}
    monkeypatch.setattr(experiments.mnist, "EXPERIMENT", dataclasses.replace(current, presets=changed))
    with pytest.raises(SettingError, match=r"folder: expected a new folder.*batch_size: expected 16"):
        reproduce(settings(made))


@pytest.mark.parametrize("what", ["images", "precisions", "updates", "held-out images", "features"])
def test_runs_that_cannot_be_compared_are_not_reported_together(make_result, what):
    one, other = make_result(0), make_result(1)
    runs.check_comparable([one, other])
    if what == "images":
        other.trained.record["data"]["fingerprint"] = "others"
    elif what == "precisions":
        other.trained.config = dataclasses.replace(other.trained.config, precision="bfloat16")
    elif what == "updates":
        other.trained.step = 8
    elif what == "held-out images":
        other.evaluation["run"]["held_out"] = "validation"
    else:
        other.evaluation["images"]["features_hash"] = "another hash"
    same = "folder: expected runs of the same images, precision, updates and features"
    with pytest.raises(SettingError, match=f"{same}.* got .*seed_0 and .*seed_1, whose {what} differ"):
        runs.check_comparable([one, other])


def test_a_curve_of_other_images_is_refused_and_a_shorter_one_is_not(make_result):
    one, other = make_result(0), dataclasses.replace(make_result(1, objective="gan"), evaluation=None)
    other.trained.step = 8
    runs.check_comparable([one, other])
    other.trained.record["data"]["fingerprint"] = "others"
    with pytest.raises(SettingError, match=r"infogan_seed_0 and .*gan_seed_1, whose images differ"):
        runs.check_comparable([one, other])


@pytest.mark.parametrize(("errors", "middle"), [((0.03, 0.02, 0.09), 0.03), ((0.02, 0.04), 0.04), ((0.05,), 0.05)])
def test_figures_show_the_middle_run_and_of_two_not_the_better(make_result, make_results, errors, middle):
    results = make_results(*(make_result(seed, error) for seed, error in enumerate(errors)))
    assert results.error(results.shown) == middle


def test_runs_of_other_images_are_refused(made):
    with pytest.raises(SettingError, match=r"^data_source: expected embedded, as this run folder was trained with"):
        reproduce(settings(made, data_source="tfds"))


def test_finished_runs_of_another_precision_are_refused(made):
    with pytest.raises(SettingError, match=r"^precision: expected float32, as .*infogan_seed_0 was trained with"):
        reproduce(settings(made, precision="bfloat16"))


def test_errors_name_the_flags_of_this_launcher(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match=r"^folder: expected a folder that can be written, got "):
        reproduce(settings(tmp_path / "file"))
    nowhere = {"data_source": "tfds", "data_dir": str(tmp_path / "nowhere")}
    monkeypatch.setattr(sources, "_try_download", lambda builder: "there is no network")
    with pytest.raises(SettingError, match=r"^data_dir: expected data prepared in "):
        reproduce(settings(tmp_path / "new", **nowhere))


def test_the_launcher_reports_what_is_there(made):
    launcher = runpy.run_path(str(ROOT / "launchers" / "reproduce.py"))
    (made / "report.html").unlink()
    launcher["run"](settings(made))
    assert (made / "report.html").exists()


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("--seeds=0,0", "different integers from 0 to 2147483647, separated by commas"),
        ("--seeds=a", "different integers"),
        ("--preset=mine", "flag --preset: expected one of best, paper, original, got mine\n"),
        ("--experiment=cats", "one of mnist, faces, chairs, svhn, celeba, got 'cats'"),
        ("--images=cats", "flag --images: expected auto with --experiment=mnist, got cats\n"),
    ],
)
def test_bad_flags_are_answered_in_one_line(flag, text):
    command = [sys.executable, str(ROOT / "launchers" / "reproduce.py"), flag]
    finished = processes.run(command)
    assert finished.returncode == 2
    assert text in finished.stderr
    assert "Traceback" not in finished.stderr
