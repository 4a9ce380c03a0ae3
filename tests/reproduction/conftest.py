"""Results made by hand, whose numbers a report must show."""

import dataclasses
import json
import types
from pathlib import Path

import pytest

from infogan_tf.config import without_additions
from infogan_tf.experiments import presets
from infogan_tf.reproduction.mnist_results import MnistResults
from infogan_tf.reproduction.runs import ReportedRun

POINTS = range(10, 1001, 10)
TAG = "mutual_information/c1"


@pytest.fixture
def make_result(tmp_path):
    """Makes a run of 1,000 updates at two updates a second, with the numbers given."""

    def make(seed, error=0.03, level=2.2, objective="infogan", model=None, extrapolation=0.9, preset="best", name=None):
        settings = presets("mnist")["best"] if objective == "infogan" else without_additions(presets("mnist")["best"])
        config = dataclasses.replace(settings, seed=seed, objective=objective)
        folder = tmp_path / (name or f"{objective}_seed_{seed}")
        folder.mkdir(exist_ok=True)
        metrics = folder / "metrics.jsonl"
        # The point at an update is off by the noise of its batch; the mean of five is not.
        values = {step: level + (0.04 if step % 50 == 0 else -0.01) for step in POINTS}
        points = [{"step": step, "speed/updates_per_second": 2.0, TAG: value} for step, value in values.items()]
        metrics.write_text("".join(json.dumps(point) + "\n" for point in points))
        trained = types.SimpleNamespace(
            folder=types.SimpleNamespace(path=Path(folder), metrics=metrics),
            config=config,
            step=1000,
            record={
                "versions": {"tensorflow": "2.99"},
                "data": {"fingerprint": "digits", "source": "tfds", "max_shift": 0},
                "preset": "best",
                "command": f"train --seed={seed}",
            },
            model=model,
        )
        return ReportedRun(preset, trained, _evaluation(objective, error, level, extrapolation))

    return make


@pytest.fixture
def make_results(make_result):
    """Makes everything that a report needs of InfoGANs: a regular GAN is added, and two more for Figure 1."""

    def make(*infogans, gan=None):
        gan = gan or make_result(0, error=0.9, level=0.25, objective="gan", model="the regular GAN", extrapolation=0.0)
        own_q = make_result(0, level=0.95, objective="gan_own_q")
        papers = make_result(0, level=0.05, objective="gan", preset="paper", name="gan_paper_seed_0")
        curves_alone = [dataclasses.replace(run, evaluation=None) for run in (own_q, papers)]
        return MnistResults.of("best", [*infogans, gan, *curves_alone])

    return make


def _evaluation(objective, error, level, extrapolation):
    def code(information, recovery, beyond):
        return {
            "prior": "Uniform(-1, 1)",
            "is_discrete": beyond is None,
            "verdict": "used" if information > 0.3 else "ignored",
            "mutual_information": information,
            "entropy": 2.303,
            "recovery": recovery,
            "extrapolation": beyond,
            "diversity": [0.5, 0.7],
        }

    rates = {"one_to_one_error": error, "majority_error": error / 2}
    return {
        "run": {"data": "digits, 100 images", "objective": objective, "held_out": "test", "held_out_images": 1000},
        "codes": {
            "c1": code(level, 0.99, None),
            "c2": code(1.5, 0.97, extrapolation),
            "c3": code(1.4, 0.95, extrapolation / 2),
        },
        "confidence": {"c1": {"confidence": 0.98, "balance": 2.3, "stability": 0.97}},
        "classification": {
            "c1": {
                "label": {
                    **rates,
                    **{"nmi": 1 - error, "ari": 0.9},
                    "matching": [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
                    "confusion": [[1] * 10] * 10,
                }
            }
        },
        "images": {
            "features": "digit classifier",
            "features_hash": "a hash",
            "compared_images": 1000,
            "compared_neighborhoods": 500,
            "frechet_distance": 4 + 10 * error,
            "frechet_distance_halves": 5 + 10 * error,
            "frechet_floor_halves": 0.9,
            "precision": 0.8,
            "recall": 0.6,
            "density": 0.7,
            "coverage": 0.9,
        },
        "vector_arithmetic": {
            "chance": 0.1,
            "changes": {
                "mean of 3": {"success": level / 4, "unchanged": 0.05, "slant_kept": 0.5},
                "one code": {"success": 1 - error, "unchanged": 0.02, "slant_kept": None},
            },
        },
    }
