import dataclasses

import pytest

from infogan_tf.errors import SettingError
from infogan_tf.experiments import presets
from infogan_tf.reproduction.options import ReproductionOptions
from infogan_tf.reproduction.plan import plan_runs


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seeds": "0,0"}, "seeds: expected different integers from 0 to 2147483647, separated by commas"),
        ({"preset": "mine"}, "preset: expected one of best, paper, original, got mine"),
        ({"experiment": "chairs", "preset": "a"}, "preset: expected one of best, paper_rotation, paper_width, paper, "),
        ({"experiment": "cats"}, "experiment: expected one of mnist, faces, chairs, svhn, celeba, got 'cats'"),
        ({"images": "cats"}, "images: expected auto with --experiment=mnist, got cats"),
        ({"dataset": "cats"}, "dataset: expected auto with --experiment=mnist, got cats"),
        ({"experiment": "svhn", "images": "a", "dataset": "b"}, "dataset: expected nothing beside --images=a, got b"),
        ({"experiment": "faces", "images": "no_cats.npz"}, "images: expected a folder of images"),
        ({"max_epoch": 0}, "max_epoch: expected an integer >= 1, or auto (the preset's), got 0"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message):
    with pytest.raises(SettingError) as refusal:
        ReproductionOptions(**options)
    assert str(refusal.value).startswith(message)


def test_each_preset_has_a_folder_of_its_own():
    paths = [str(ReproductionOptions(experiment="faces", preset=name).path) for name in ("best", "paper")]
    assert paths == ["logs/faces/reproduction", "logs/faces/reproduction_paper"]


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
    options = ReproductionOptions(experiment=experiment, preset=preset, seeds=(0, 5), folder="there", **given)
    planned = plan_runs(options)
    folders = [f"there/{name}_seed_{seed}" for name in names for seed in (0, 5)]
    assert [run.config.run_folder for run in planned] == folders
    for run in planned:
        folder, seed = run.config.run_folder, int(run.config.run_folder[-1])
        expected = dataclasses.replace(presets(experiment)[run.preset], run_folder=folder, seed=seed, **given)
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


def test_the_paper_s_regular_gan_is_not_planned_twice():
    objectives = [run.config.objective for run in plan_runs(ReproductionOptions(preset="paper"))]
    assert objectives == ["infogan", "gan", "gan_own_q"]
