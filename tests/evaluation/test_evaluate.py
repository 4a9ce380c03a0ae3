import contextlib
import dataclasses
import io
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from infogan_tf.config import Config
from infogan_tf.errors import SettingError
from infogan_tf.evaluation import evaluate as module
from infogan_tf.evaluation import features as features_module
from infogan_tf.evaluation.evaluate import evaluate
from infogan_tf.evaluation.factor_associations import MEASURES
from infogan_tf.evaluation.record import read_evaluation, scalars
from infogan_tf.evaluation.schema import VERSION, ClassChange, VectorArithmetic
from infogan_tf.evaluation.vector_arithmetic import Examples
from infogan_tf.experiments import presets
from infogan_tf.training.loading import TrainedRun, load_run
from infogan_tf.training.loop import train
from infogan_tf.training.record import new_record
from tests.reproduction import builders


@pytest.fixture(autouse=True, scope="module")
def _few_images():
    with pytest.MonkeyPatch.context() as patch:
        numbers = {"NUM_GENERATED": 300, "NUM_MATCHED": 400, "NUM_NEIGHBORHOODS": 200, "NUM_OF_A_VALUE": 5}
        for name, number in numbers.items():
            patch.setattr(module, name, number)
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory, small_networks):
    folder = tmp_path_factory.mktemp("runs") / "run"
    settings = {"data_source": "embedded", "max_epoch": 1, "updates_per_epoch": 6, "batch_size": 16}
    assert train(Config(run_folder=str(folder), **settings))
    return folder


@pytest.fixture(scope="module")
def evaluated(trained, features):
    """The run's folder, its evaluation, and what was printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        return trained, evaluate(load_run(trained)), printed.getvalue().splitlines()


@pytest.mark.slow
def test_everything_that_the_images_allow_is_measured_and_announced(evaluated, features):
    folder, evaluation, lines = evaluated
    assert (evaluation.run.update, evaluation.run.held_out, evaluation.run.held_out_images) == (6, "test", 1000)
    assert list(evaluation.codes) == ["c1", "c2", "c3"]
    assert evaluation.codes["c1"].extrapolation is None
    assert isinstance(evaluation.codes["c2"].extrapolation, float)
    assert list(evaluation.confidence) == ["c1"]
    assert {row["label"].measure for row in evaluation.associations.values()} == {"NMI"}
    assert (evaluation.disentanglement.dimensions, evaluation.disentanglement.factors) == (
        ["c1", "c2", "c3"],
        {"label": 10},
    )
    assert (evaluation.disentanglement.fitted, evaluation.disentanglement.tested) == (666, 334)
    classification = evaluation.classification["c1"]["label"]
    assert np.sum(classification.confusion) == 1000
    assert 0.3 < classification.one_to_one_error <= 1  # Six updates teach nothing.
    images = evaluation.images
    assert (images.features, images.features_hash) == (features.name, features.hash)
    assert (images.compared_images, images.compared_neighborhoods) == (300, 200)
    assert len(images.diversity_of_real_classes["label"]) == 10
    assert images.frechet_distance_halves > images.frechet_floor_halves
    assert evaluation.vector_arithmetic is None  # After six updates all images look the same.
    lines = [line for line in lines if "splits measured" not in line]  # Shown by a slow machine alone.
    assert (len(lines), lines[0]) == (13, f"evaluating {folder} at update 6")
    assert lines[2] == "  predicting the codes of 1,000 held-out images"
    assert lines[-2:] == [
        "  nearly all generated images are of one class: no change of class is measured",
        f"  codes against factors are drawn in {folder / 'codes_and_factors.png'}",
    ]


@pytest.mark.slow
def test_what_was_measured_is_written_and_drawn(evaluated):
    folder, evaluation, _ = evaluated
    assert read_evaluation(folder / "evaluation.json") == evaluation
    assert json.loads((folder / "evaluation.json").read_text()) == dataclasses.asdict(evaluation)
    assert evaluation.pictures == ["codes_and_factors.png"] == [path.name for path in folder.glob("*.png")]
    tags = set()
    for file in folder.glob("events.*"):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            tags |= {value.tag for value in event.summary.value if event.step == 6}
    assert set(scalars(evaluation)) <= tags
    for tag in (
        "diversity_c1",
        "standard_error_c3",
        "extrapolation_c2",
        "stability_c1",
        "recall",
        "nmi_c1_label",
        "mig",
        "dci_completeness",
    ):
        assert f"evaluation/{tag}" in tags
    assert "evaluation/association_c3_label" in tags


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"version": 12}', "another version"])
def test_a_missing_or_damaged_evaluation_and_that_of_another_version_are_none(tmp_path, text):
    if text == "another version":
        text = json.dumps(dataclasses.asdict(builders.evaluated({})) | {"version": VERSION + 1})
    if text is not None:
        (tmp_path / "evaluation.json").write_text(text)
    assert read_evaluation(tmp_path / "evaluation.json") is None


@pytest.mark.slow
def test_without_labels_only_what_needs_them_is_left_out(trained, tmp_path, monkeypatch, capsys):
    folder = shutil.copytree(trained, tmp_path / "unlabeled")
    for file in ("codes_and_factors.png", "vector_arithmetic.png"):
        (folder / file).write_text("of an earlier evaluation")
    monkeypatch.setattr(module, "load_factors", lambda *_: ())
    monkeypatch.setattr(features_module, "UPDATES_OF_ROTATIONS", 3)
    monkeypatch.setattr(features_module, "NUM_ROTATED", 50)
    evaluation = evaluate(load_run(folder))
    assert (evaluation.associations, evaluation.classification, evaluation.vector_arithmetic) == ({}, {}, None)
    assert evaluation.disentanglement is None
    assert evaluation.images.diversity_of_real_classes == {}
    assert "classifier of rotations" in evaluation.images.features
    assert (list(evaluation.codes), list(evaluation.confidence)) == (["c1", "c2", "c3"], ["c1"])
    output = capsys.readouterr().out
    assert "no labels: no association with factors, no classification" in output
    assert "no classes: no change of class by vector arithmetic" in output
    assert evaluation.pictures == list(folder.glob("*.png")) == []


@pytest.mark.slow
def test_labels_of_a_users_own_images_are_measured_by_their_kinds(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    kinds = {
        "shape": np.arange(400) % 3,
        "is_bright": rng.integers(0, 2, 400),
        "age": rng.uniform(20, 80, 400),
        "azimuth": rng.uniform(0, 360, 400),
    }
    images = rng.integers(0, 256, [400, 16, 16, 3], np.uint8)
    labels = {"labels": np.stack(list(kinds.values()), axis=1), "label_names": np.array(list(kinds))}
    np.savez(tmp_path / "faces.npz", images=images, **labels)
    settings = {"codes": "shape=categorical(3), uniform, bernoulli", "code_augmentation": 0.0, "max_shift": 0}
    settings |= {"average_decay": 0.0, "minutes": None, "max_epoch": 1, "updates_per_epoch": 2, "batch_size": 8}
    places = {"images": str(tmp_path / "faces.npz"), "run_folder": str(tmp_path / "run")}
    assert train(dataclasses.replace(presets("images")["photographs"], **places, **settings))
    monkeypatch.setattr(features_module, "LEAST_UPDATES", 2)
    monkeypatch.setattr(features_module, "EPOCHS", 0)
    run = load_run(tmp_path / "run")
    with pytest.raises(SettingError, match=r"data_dir: expected auto, since \S+ was trained on \S+faces.npz, got tfds"):
        evaluate(run, data_dir="tfds")
    changes = {method: ClassChange(0.25, 0.5, None) for method in ("mean of 3", "one code")}
    examples = Examples([("1", "2")], rng.random([1, 9, 16, 16, 3]), {method: ["0"] for method in changes})
    arithmetic = VectorArithmetic([1, 2], 40, 0.5, ["shape=0", "shape=1"], changes)
    monkeypatch.setattr(module, "measure_vector_arithmetic", lambda *_: (arithmetic, examples))
    evaluation = evaluate(run)
    assert read_evaluation(tmp_path / "run" / "evaluation.json") == evaluation
    assert (evaluation.run.held_out_images, evaluation.images.compared_images) == (40, 40)
    assert evaluation.images.features.startswith("classifier of shape")
    kinds_of_codes = {"shape": "categorical", "c2": "continuous", "c3": "binary"}
    kinds_of_labels = dict(zip(kinds, ("class", "attribute", "ordered", "angle"), strict=True))
    assert list(evaluation.associations) == list(kinds_of_codes)
    for code, row in evaluation.associations.items():
        measures = {label: MEASURES[kinds_of_codes[code]][kind] for label, kind in kinds_of_labels.items()}
        assert {label: cell.measure for label, cell in row.items()} == measures
    # Few of the numbers and angles occur twice, and without groups of the same value no factor can be held fixed.
    measured = evaluation.disentanglement
    assert (measured.dimensions, measured.binned) == (list(kinds_of_codes), ["age", "azimuth"])
    assert "MIG" in measured.scores
    assert {"FactorVAE", "BetaVAE"}.isdisjoint(measured.scores)
    classification = evaluation.classification["shape"]["shape"]
    assert (np.sum(classification.confusion), classification.class_names) == (40, ["0", "1", "2"])
    assert evaluation.vector_arithmetic == arithmetic
    assert scalars(evaluation)["evaluation/change_of_class_by_mean_of_3"] == 0.25
    assert evaluation.pictures == ["codes_and_factors.png", "vector_arithmetic.png"]
    for file in evaluation.pictures:
        with Image.open(tmp_path / "run" / file) as picture:
            assert picture.width > 500


def test_what_cannot_be_evaluated_is_refused_before_anything_is_measured(embedded_digits, tmp_path, monkeypatch):
    record = new_record(Config(data_source="embedded"), embedded_digits, max_shift=0)
    others = dataclasses.replace(record, data=dataclasses.replace(record.data, fingerprint="another"))

    def trained(record):
        return TrainedRun(SimpleNamespace(path=tmp_path, config=record.config, record=record), 6, model=None)

    def refuse(expected, record=record, **places):
        with pytest.raises(SettingError, match=expected):
            evaluate(trained(record), **places)

    refuse(f"images: expected auto, since {tmp_path} was trained on --dataset=mnist, got photos", images="photos")
    trained_on = f"data_dir: expected the images that {tmp_path} was trained on: mnist from embedded, got other images"
    refuse(trained_on, others)
    none_held_out = dataclasses.replace(embedded_digits, held_out=embedded_digits.held_out[:0])
    monkeypatch.setattr(module, "load_images", lambda _: none_held_out)
    refuse(f"run_folder: expected a run with held-out images, got {tmp_path} without any")
    monkeypatch.setattr(module.os, "access", lambda *_: False)
    refuse(f"run_folder: expected a folder that can be written, got {tmp_path}")
