"""Which runs are trained, measured or refused; training and evaluation are replaced."""

import contextlib
import dataclasses

import pytest

from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.reproduction import runs
from infogan_tf.reproduction.options import ReproductionOptions
from infogan_tf.reproduction.plan import plan_runs
from infogan_tf.reproduction.runs import check_comparable, run_plan
from tests.reproduction.builders import measured, mnist_run


class World:
    """Finished runs and evaluations, and a log; training finishes a run, except `interrupted`, or raises an error."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.runs, self.evaluations = folder, {}, {}
        self.interrupted, self.error, self.log = None, None, []
        monkeypatch.setattr(runs, "train", self._train)
        monkeypatch.setattr(runs, "load_run", self._load)
        monkeypatch.setattr(runs, "check_resumable", lambda *_: None)
        monkeypatch.setattr(runs, "read_evaluation", lambda path: self.evaluations.get(path.parent.name))
        monkeypatch.setattr(runs, "evaluate", self._evaluate)

    def reproduce(self, **options):
        options = ReproductionOptions(folder=str(self.folder), preset="paper", **options)
        return run_plan(plan_runs(options), options)

    def _load(self, path):
        if path not in self.runs:
            raise RunNotFoundError("there is no run")
        return self.runs[path]

    def _train(self, config):
        if self.error:
            raise self.error
        run = mnist_run(self.folder, config.seed, objective=config.objective, step=config.total_updates).trained
        run.run.path, run.config = self.folder / config.run_folder.rpartition("/")[2], config
        self.log.append(f"train {run.run.path.name}")
        if run.run.path.name == self.interrupted:
            return False
        self.runs[config.run_folder] = run
        return True

    def _evaluate(self, trained, data_dir, images):
        name = trained.run.path.name
        self.log.append(f"evaluate {name}")
        evaluation = mnist_run(self.folder, 0).evaluation
        run = dataclasses.replace(evaluation.run, update=trained.step)
        self.evaluations[name] = dataclasses.replace(evaluation, run=run, pictures=["drawn.png"])
        trained.run.path.mkdir(exist_ok=True)
        (trained.run.path / "drawn.png").touch()
        return self.evaluations[name]


@pytest.fixture
def world(tmp_path, monkeypatch):
    return World(tmp_path, monkeypatch)


def test_runs_are_trained_and_evaluated_except_those_shown_only_as_curves(world):
    names = ["paper_seed_0", "gan_seed_0", "gan_own_q_seed_0"]
    reported = world.reproduce()
    assert [(run.name, run.evaluation) for run in reported] == [(name, world.evaluations.get(name)) for name in names]
    evaluated = ["train paper_seed_0", "evaluate paper_seed_0", "train gan_seed_0", "evaluate gan_seed_0"]
    assert world.log == [*evaluated, "train gan_own_q_seed_0"]


def test_what_is_finished_is_not_made_anew_after_an_interruption(world):
    world.interrupted = "gan_seed_0"
    assert world.reproduce() is None
    assert world.log == ["train paper_seed_0", "evaluate paper_seed_0", "train gan_seed_0"]
    world.interrupted, world.log = None, []
    assert len(world.reproduce()) == 3
    assert world.log == ["train gan_seed_0", "evaluate gan_seed_0", "train gan_own_q_seed_0"]
    world.log = []
    world.reproduce()
    assert world.log == []
    world.reproduce(max_epoch=60)
    assert "train paper_seed_0" in world.log


@pytest.mark.parametrize("lacks", ["file", "update", "picture"])
def test_an_evaluation_that_is_not_whole_or_of_this_update_is_made_anew(world, lacks):
    gan = world.reproduce()[1]
    if lacks == "picture":
        (world.folder / gan.name / "drawn.png").unlink()
    else:
        world.evaluations[gan.name] = measured(gan, run={"update": 4}).evaluation if lacks == "update" else None
    world.log = []
    world.reproduce()
    assert world.log == [f"evaluate {gan.name}"]


def test_runs_of_another_preset_in_the_folder_are_refused(world):
    def make(file):
        (world.folder / file).parent.mkdir()
        (world.folder / file).touch()

    for file in ("paper_seed_7/config.json", "gan_seed_7/config.json", "my_pictures/config.json", "my_seed_1/a.png"):
        make(file)
    assert world.reproduce()
    make("gan_paper_seed_0/config.json")
    with pytest.raises(SettingError, match=r"^folder: .* one of runs with --preset=paper, got .*/gan_paper_seed_0$"):
        world.reproduce()


def test_finished_runs_of_another_precision_or_of_own_images_are_refused(world):
    world.reproduce()
    with pytest.raises(SettingError, match=r"^precision: expected float32, as .*paper_seed_0 was trained with, got bf"):
        world.reproduce(precision="bfloat16")
    for run in world.runs.values():
        run.config = dataclasses.replace(run.config, images="/there/own.npz")
    with pytest.raises(SettingError, match=r"^images: expected /there/own.npz, as .* was trained with, got auto$"):
        world.reproduce()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("data_dir", "data_dir: expected this, got that"),
        ("run_folder", "folder: expected this, got that"),
        ("batch_size", "folder: expected a new folder, or one of runs with these settings, got {run} (batch_size: "),
    ],
)
def test_errors_name_the_flags_of_a_reproduction(world, name, expected):
    world.error = SettingError(name, "this", "that")
    with pytest.raises(SettingError) as refusal:
        world.reproduce()
    assert str(refusal.value).startswith(expected.format(run=world.folder / "paper_seed_0"))


@pytest.mark.parametrize("what", ["images", "precisions", "updates", "held-out images", "features"])
def test_runs_that_cannot_be_compared_are_not_reported_together(tmp_path, what):
    one, same = mnist_run(tmp_path, 0), mnist_run(tmp_path, 1)
    check_comparable([one, same])
    other = {
        "images": mnist_run(tmp_path, 1, fingerprint="others"),
        "precisions": mnist_run(tmp_path, 1, changes={"precision": "bfloat16"}),
        "updates": mnist_run(tmp_path, 1, step=8),
        "held-out images": measured(same, run={"held_out": "validation"}),
        "features": measured(same, images={"features_hash": "another hash"}),
    }[what]
    same = "folder: expected runs of the same images, precision, updates and features"
    with pytest.raises(SettingError, match=f"{same}.* got .*seed_0 and .*seed_1, whose {what} differ$"):
        check_comparable([one, other])
    is_refused = what in ("images", "precisions")  # Of a run that is shown only as a curve.
    with pytest.raises(SettingError) if is_refused else contextlib.nullcontext():
        check_comparable([one, dataclasses.replace(other, evaluation=None)])
