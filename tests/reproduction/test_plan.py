import dataclasses
from pathlib import Path

import pytest

from infogan_tf.config import without_additions
from infogan_tf.experiments import presets
from infogan_tf.reproduction.options import ReproductionOptions
from infogan_tf.reproduction.plan import plan_runs


@pytest.mark.parametrize(
    ("experiment", "preset", "runs"),
    [
        ("faces", "best", ["infogan_seed_0", "infogan_seed_5"]),
        ("celeba", "paper", ["paper_seed_0", "paper_seed_5"]),
        (
            "chairs",
            "paper",
            ["paper_rotation_seed_0", "paper_rotation_seed_5", "paper_width_seed_0", "paper_width_seed_5"],
        ),
    ],
)
def test_runs_have_a_preset_s_settings_and_what_is_given(tmp_path, experiment, preset, runs):
    (tmp_path / "here.npz").touch()
    given = {"images": str(tmp_path / "here.npz"), "held_out": "validation", "max_epoch": 3}
    planned = plan_runs(
        ReproductionOptions(experiment=experiment, preset=preset, seeds=(0, 5), folder="there", **given)
    )
    assert [run.config.run_folder for run in planned] == [f"there/{name}" for name in runs]
    for run in planned:
        folder, seed = run.config.run_folder, int(run.config.run_folder[-1])
        expected = dataclasses.replace(presets(experiment)[run.preset], run_folder=folder, seed=seed, **given)
        assert (run.config, run.is_curve) == (expected, False)


def test_regular_gans_have_the_settings_of_the_infogans_and_the_paper_s():
    planned = plan_runs(ReproductionOptions(seeds=(5, 6), max_epoch=400))
    best = presets("mnist")["best"]
    assert without_additions(best) == dataclasses.replace(best, code_augmentation=0.0, consistency=0.0)
    expected = {
        "infogan_seed_5": ("best", best, "infogan", False),
        "infogan_seed_6": ("best", dataclasses.replace(best, seed=6), "infogan", False),
        "gan_seed_5": ("best", without_additions(best), "gan", False),
        "gan_own_q_seed_5": ("best", without_additions(best), "gan_own_q", True),
        "gan_paper_seed_5": ("paper", presets("mnist")["paper"], "gan", True),
    }
    assert [Path(run.config.run_folder).name for run in planned] == list(expected)
    for run, (preset, settings, objective, is_curve) in zip(planned, expected.values(), strict=True):
        # What is shown only as a curve is no longer than Figure 1: 1,000 updates.
        changes = {"max_epoch": 10 if is_curve else 400, "run_folder": run.config.run_folder, "objective": objective}
        seed = max(settings.seed, 5)
        assert run == (preset, dataclasses.replace(settings, seed=seed, **changes), is_curve)


def test_the_paper_s_regular_gan_is_not_planned_twice():
    objectives = [run.config.objective for run in plan_runs(ReproductionOptions(preset="paper"))]
    assert objectives == ["infogan", "gan", "gan_own_q"]
