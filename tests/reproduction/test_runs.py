"""Which runs are planned, trained, measured or refused; training and evaluation are replaced."""

import dataclasses

import pytest

from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.experiments import presets
from infogan_tf.reproduction import runs
from infogan_tf.reproduction.options import ReproductionOptions
from infogan_tf.reproduction.runs import check_comparable, plan_runs, run_plan
from tests.reproduction.builders import measured, mnist_run


@pytest.mark.parametrize(
    ("experiment", "preset", "names"),
    [
        ("faces", "best", ["infogan"]),
        ("celeba", "paper", ["paper"]),
        ("chairs", "paper", ["paper_rotation", "paper_width"]),
    ],
)
def test_runs_have_a_preset_s_settings_and_what_is_given(tmp_path, experiment, preset, names):
    (tmp_path / "here.npz").touch()
    given = {"images": str(tmp_path / "here.npz"), "held_out": "validation", "max_epoch": 3}
    planned = plan_runs(
        ReproductionOptions(experiment=experiment, preset=preset, seeds=(0, 5), folder="there", **given)
    )
    folders = [f"there/{name}_seed_{seed}" for name in names for seed in (0, 5)]
    assert [run.config.run_folder for run in planned] == folders
    for run, folder in zip(planned, folders, strict=True):
        settings = presets(experiment)[run.preset]
        expected = dataclasses.replace(settings, run_folder=folder, seed=int(folder[-1]), **given)
        assert (run.config, run.is_curve) == (expected, False)


def test_regular_gans_have_the_settings_of_the_infogans_and_the_paper_s():
    planned = plan_runs(ReproductionOptions(seeds=(5, 6), max_epoch=400))
    best, paper = presets("mnist")["best"], presets("mnist")["paper"]
    plain = dataclasses.replace(best, code_augmentation=0.0, consistency=0.0)
    # What is shown only as a curve is no longer than Figure 1: 1,000 updates.
    expected = [
        ("best", best, 5, {"objective": "infogan", "max_epoch": 400}, "infogan_seed_5", False),
        ("best", best, 6, {"objective": "infogan", "max_epoch": 400}, "infogan_seed_6", False),
        ("best", plain, 5, {"objective": "gan", "max_epoch": 400}, "gan_seed_5", False),
        ("best", plain, 5, {"objective": "gan_own_q", "max_epoch": 10}, "gan_own_q_seed_5", True),
        ("paper", paper, 5, {"objective": "gan", "max_epoch": 10}, "gan_paper_seed_5", True),
    ]
    for run, (preset, settings, seed, changes, name, is_curve) in zip(planned, expected, strict=True):
        folder = f"logs/mnist/reproduction/{name}"
        assert run == (preset, dataclasses.replace(settings, seed=seed, run_folder=folder, **changes), is_curve)


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
        """Reproduces the paper's preset, of which the GAN of Figure 1 has the settings; returns what was done."""
        self.log = []
        options = ReproductionOptions(folder=str(self.folder), preset="paper", **options)
        self.reported = run_plan(plan_runs(options), options)
        return self.log

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


def test_runs_are_made_once_and_those_shown_only_as_curves_are_not_measured(world):
    world.interrupted = "gan_seed_0"
    assert world.reproduce() == ["train paper_seed_0", "evaluate paper_seed_0", "train gan_seed_0"]
    assert world.reported is None
    world.interrupted = None
    assert world.reproduce() == ["train gan_seed_0", "evaluate gan_seed_0", "train gan_own_q_seed_0"]
    names = ["paper_seed_0", "gan_seed_0", "gan_own_q_seed_0"]
    reported = [(run.name, run.evaluation) for run in world.reported]
    assert reported == [(name, world.evaluations.get(name)) for name in names]
    assert world.reproduce() == []
    assert "train paper_seed_0" in world.reproduce(max_epoch=60)


@pytest.mark.parametrize("lacks", ["file", "update", "picture"])
def test_an_evaluation_that_is_not_whole_or_of_this_update_is_made_anew(world, lacks):
    world.reproduce()
    gan = world.reported[1]
    if lacks == "picture":
        (world.folder / gan.name / "drawn.png").unlink()
    else:
        world.evaluations[gan.name] = measured(gan, run={"update": 4}).evaluation if lacks == "update" else None
    assert world.reproduce() == [f"evaluate {gan.name}"]


def test_runs_of_another_preset_in_the_folder_are_refused(world):
    def make(file):
        (world.folder / file).parent.mkdir()
        (world.folder / file).touch()

    for file in ("paper_seed_7/config.json", "gan_seed_7/config.json", "my_pictures/config.json", "my_seed_1/a.png"):
        make(file)
    world.reproduce()
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


@pytest.mark.parametrize("what", ["images", "updates", "features"])
def test_runs_that_cannot_be_compared_are_not_reported_together(tmp_path, what):
    one, same = mnist_run(tmp_path, 0), mnist_run(tmp_path, 1)
    check_comparable([one, same])
    other = {
        "images": mnist_run(tmp_path, 1, fingerprint="others"),
        "updates": mnist_run(tmp_path, 1, step=8),
        "features": measured(same, images={"features_hash": "another hash"}),
    }[what]
    expected = f"^folder: expected runs of the same images, .* got .*seed_0 and .*seed_1, whose {what} differ$"
    with pytest.raises(SettingError, match=expected):
        check_comparable([one, other])


def test_a_run_that_is_shown_only_as_a_curve_may_be_shorter(tmp_path):
    check_comparable([mnist_run(tmp_path, 0), dataclasses.replace(mnist_run(tmp_path, 1, step=8), evaluation=None)])
