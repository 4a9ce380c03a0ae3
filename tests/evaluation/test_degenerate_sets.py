"""Sets of which next to nothing can be measured: a finite number or None from each measure, and a whole evaluation."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from infogan_tf.config import Config
from infogan_tf.data.factors import Factor
from infogan_tf.data.image_data import ImageData, Labels
from infogan_tf.distributions import Uniform
from infogan_tf.evaluation import evaluate as module
from infogan_tf.evaluation import features as features_module
from infogan_tf.evaluation.classification import classify, measure_confidence
from infogan_tf.evaluation.evaluate import evaluate
from infogan_tf.evaluation.factor_associations import MEASURES, CodePredictions, association
from infogan_tf.evaluation.fidelity import compare_neighborhoods, diversity_of_classes, frechet_distance
from infogan_tf.evaluation.recovery import redundancy
from infogan_tf.evaluation.table import evaluation_table
from infogan_tf.training.loading import TrainedRun
from infogan_tf.training.record import new_record
from tests.tiny_models import tiny_model

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")
RNG = np.random.default_rng(0)
SOME, OTHERS = RNG.normal(size=(2, 8, 3))
SAME = np.ones([8, 3])


@pytest.mark.parametrize(
    ("real", "generated", "expected"),
    [
        (SOME[:1], OTHERS[:1], None),
        (SOME[:2], SOME[:2], 0),
        (SAME, SAME, 0),
        (SAME[:2], np.zeros([2, 3]), 3),  # By hand: only the means differ, by 1 in each of three features.
    ],
)
def test_frechet_distance(real, generated, expected):
    assert frechet_distance(real, generated) == (expected if expected is None else pytest.approx(expected, abs=1e-9))


@pytest.mark.parametrize(
    ("real", "generated", "expected"),
    [
        (SOME[:1], OTHERS[:1], 4 * [None]),
        (SOME[:5], OTHERS[:5], 4 * [None]),
        (SOME[:6], SOME[:6], [1, 1, 6 / 5, 1]),  # Each ball reaches to the fifth of five others.
        (SAME, SAME, [1, 1, 8 / 5, 1]),
        (SAME, np.zeros([8, 3]), [0, 0, 0, 0]),
    ],
)
def test_neighborhoods(real, generated, expected):
    assert list(compare_neighborhoods(real, generated).values()) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("features", "labels", "expected"),
    [
        (SOME[:1], [0], []),
        (SOME[:3], [0, 1, 2], []),
        (SOME[:3], [1, 1, 1], [1]),
        (SAME, [0, 0, 0, 0, 2, 2, 2, 3], [0, 0]),
    ],
)
def test_diversity_of_classes(features, labels, expected):
    assert diversity_of_classes(features, np.array(labels)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("matched", "training", "scored", "held_out", "one_to_one", "majority"),
    [
        ([0, 1], [0, 1], [1], [1], 0, 0),  # One image.
        ([0, 1, 1], [0, 1, 2], [0, 0, 1], [0, 0, 0], 1 / 3, 1 / 3),  # One class.
        ([0, 0, 1], [0, 0, 1], [2, 0], [2, 0], 0, 0.5),  # A class that no training image has; one is left for it.
        ([1, 1, 1], [0, 1, 1], [1, 1, 1], [0, 1, 2], 2 / 3, 2 / 3),  # All images in one category.
    ],
)
def test_classification(matched, training, scored, held_out, one_to_one, majority):
    factor = Factor("label", "class", np.array(training), np.array(held_out), tuple("abc"))
    result = classify(np.array(matched), np.array(scored), 3, factor)
    assert (result.one_to_one_error, result.majority_error) == (pytest.approx(one_to_one), pytest.approx(majority))
    if len(set(held_out)) == 1:
        assert (result.nmi, result.ari) == (None, None)
    else:
        assert 0 <= result.nmi <= 1
        assert -1 <= result.ari <= 1


def test_confidence_of_one_image():
    measured = measure_confidence(np.array([[0.25, 0.75]]), np.array([[0.75, 0.25]]))
    assert (measured.confidence, measured.stability) == (0.75, 0)
    assert measured.balance == pytest.approx(0.5623, abs=1e-4)  # Nats, of 1/4 and 3/4.


PREDICTIONS = {"continuous": [[1.0], [2], [4]], "circular": [[0.0], [90], [200]], "binary": [[0.0], [1], [1]]}
PREDICTIONS["categorical"] = np.eye(3)
VALUES = {"class": np.array([0, 1, 2]), "attribute": np.array([0, 1, 1])}
VALUES |= {"ordered": np.array([1.0, 2, 3]), "angle": np.array([0.0, 100, 200])}


@pytest.mark.parametrize("code", MEASURES)
@pytest.mark.parametrize("kind", VALUES)
def test_association(code, kind):
    predicted, values = np.array(PREDICTIONS[code]), VALUES[kind]
    for number in (2, 3):
        measured = association(CodePredictions(code, predicted[:number]), kind, values[:number])
        assert (measured.note, 0 <= measured.value <= 1, 0 <= measured.adjusted <= 1) == ("", True, True)
    one = association(CodePredictions(code, predicted[:1]), kind, values[:1])
    same_label = association(CodePredictions(code, predicted), kind, values[[1, 1, 1]])
    same_images = association(CodePredictions(code, predicted[[0, 0, 0]]), kind, values)
    constant = "the factor is constant"
    assert [one.note, same_label.note, same_images.note] == [constant, constant, "Q's predictions are constant"]


def test_codes_are_not_called_redundant_for_what_few_images_show():
    first, second = np.array([[0.0], [1]]), np.array([[5.0], [7]])
    assert redundancy(first, Uniform(), second, Uniform()) == 0
    assert redundancy(np.arange(30.0)[:, None], Uniform(), np.arange(30.0)[:, None], Uniform()) == pytest.approx(1)


# By name the labels of training and held-out images, and what must be missing.
FRECHET = {"frechet_distance", "frechet_distance_halves", "frechet_floor_halves"}
NEIGHBORS = {"precision", "recall", "density", "coverage"}
SETS = {
    "one image": (np.arange(30) % 3, [1], FRECHET | NEIGHBORS),
    "one image a class": (np.arange(48) % 12, np.arange(12), set()),
    "all the same, without labels": (np.zeros(30, int), np.zeros(3, int), {"frechet_floor_halves"} | NEIGHBORS),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", SETS)
def test_a_whole_evaluation(tmp_path, monkeypatch, capfd, case):
    training, held_out, missing = SETS[case]
    number = len(training) + len(held_out)
    images = RNG.integers(0, 256, [number, 8, 8, 1], np.uint8)
    has_labels = case != "all the same, without labels"
    labels = Labels({"label": np.concatenate([training, held_out])}, {"label": tuple("0123456789ab")})
    if not has_labels:
        images[:], labels = 7, Labels()
    data = ImageData(*np.split(images, [len(training)]), "npz", "few", "given", labels=labels)
    for name, value in {"NUM_GENERATED": 300, "NUM_OF_A_VALUE": 5, "load_images": lambda _: data}.items():
        monkeypatch.setattr(module, name, value)
    for name, value in {"EPOCHS": 0, "LEAST_UPDATES": 2, "UPDATES_OF_ROTATIONS": 2}.items():
        monkeypatch.setattr(features_module, name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    record = new_record(Config(), data, max_shift=0)
    run = SimpleNamespace(path=tmp_path, config=record.config, record=record)
    evaluation = evaluate(TrainedRun(run, 6, tiny_model()))

    assert "oneDNN supports" not in capfd.readouterr().err, "TensorFlow was given something that it lacks a kernel for"

    def refuse(constant):
        raise AssertionError(f"{constant} was written")

    written = json.loads((tmp_path / "evaluation.json").read_text(), parse_constant=refuse)
    assert {name for name, value in written["images"].items() if value is None} == missing
    assert bool(written["classification"]) == has_labels
    text = evaluation_table(evaluation)
    assert ("not measured on so few images" in text) == bool(missing)
    if case == "one image a class":
        assert "diversity of a class of held-out (test) images, by label: - (no class has two images)" in text
    assert "means little" in text
