import contextlib
import dataclasses
import io
import json
import runpy
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from infogan_tf.config import Config, EvaluationConfig
from infogan_tf.errors import RunNotFoundError, SettingError
from infogan_tf.evaluation import evaluate as module
from infogan_tf.evaluation import features as features_module
from infogan_tf.evaluation.table import evaluation_table
from infogan_tf.evaluation.vector_arithmetic import ClassChange, Examples, VectorArithmetic
from infogan_tf.experiments import presets
from infogan_tf.training import train
from infogan_tf.training.loading import load_run
from tests.conftest import ROOT

LAUNCHER = ROOT / "launchers" / "evaluate.py"


def launch(folder, **settings):
    runpy.run_path(str(LAUNCHER))["run"](EvaluationConfig(run_folder=str(folder), **settings))


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
def launched(trained, features):
    """The run's folder, once the launcher has evaluated it, and what it printed."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        launch(trained)
    return trained, output.getvalue()


def test_evaluate_writes_what_it_measured(launched, features):
    folder, _ = launched
    evaluation = json.loads((folder / "evaluation.json").read_text())
    run = evaluation["run"]
    assert (run["update"], run["held_out"], run["held_out_images"]) == (6, "test", 1000)
    assert list(evaluation["codes"]) == ["c1", "c2", "c3"]
    classification = evaluation["classification"]["c1"]["label"]
    assert np.sum(classification["confusion"]) == 1000
    assert 0.3 < classification["one_to_one_error"] <= 1  # Six updates teach nothing.
    assert list(evaluation["confidence"]) == ["c1"]
    assert {code: list(row) for code, row in evaluation["associations"].items()} == {
        code: ["label"] for code in ("c1", "c2", "c3")
    }
    assert evaluation["associations"]["c2"]["label"]["measure"] == "NMI"
    images = evaluation["images"]
    assert (images["features"], images["features_hash"]) == (features.name, features.hash)
    assert (images["compared_images"], images["compared_neighborhoods"]) == (300, 200)
    assert len(images["diversity_of_real_classes"]["label"]) == 10
    assert evaluation["codes"]["c1"]["extrapolation"] is None
    assert isinstance(evaluation["codes"]["c2"]["extrapolation"], float)
    assert images["frechet_distance_halves"] > images["frechet_floor_halves"]
    assert images["coverage"] < 0.1
    # After six updates all images look the same.
    assert evaluation["vector_arithmetic"] is None
    assert not (folder / "vector_arithmetic.png").exists()
    with Image.open(folder / "codes_and_factors.png") as picture:
        assert picture.width > 500
    tags = set()
    for file in folder.glob("events.*"):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            tags |= {value.tag for value in event.summary.value if event.step == 6}
    assert set(module.scalars(evaluation)) <= tags
    for tag in ("diversity_c1", "standard_error_c3", "extrapolation_c2", "stability_c1", "recall", "nmi_c1_label"):
        assert f"evaluation/{tag}" in tags
    assert "evaluation/association_c3_label" in tags


def test_without_labels_only_what_needs_them_is_left_out(trained, tmp_path, monkeypatch, capsys):
    folder = shutil.copytree(trained, tmp_path / "unlabeled")
    for file in ("codes_and_factors.png", "vector_arithmetic.png"):
        (folder / file).write_text("of an earlier evaluation")
    monkeypatch.setattr(module, "load_factors", lambda *_: ())
    monkeypatch.setattr(features_module, "UPDATES_OF_ROTATIONS", 3)
    monkeypatch.setattr(features_module, "NUM_ROTATED", 50)
    evaluation = module.evaluate(load_run(folder))
    assert (evaluation["associations"], evaluation["classification"]) == ({}, {})
    assert evaluation["images"]["diversity_of_real_classes"] == {}
    assert "classifier of rotations" in evaluation["images"]["features"]
    assert list(evaluation["codes"]) == ["c1", "c2", "c3"]
    assert evaluation["confidence"]["c1"]["balance"] > 0
    assert evaluation["images"]["frechet_distance"] > 0
    output = capsys.readouterr().out
    assert "no labels: no association with factors, no classification" in output
    assert "no classes: no change of class by vector arithmetic" in output
    assert (evaluation["vector_arithmetic"], evaluation["pictures"]) == (None, [])
    assert not list(folder.glob("*.png"))
    assert "codes against factors: not measured" in evaluation_table(evaluation)


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
    config = dataclasses.replace(
        presets("images")["photographs"],
        images=str(tmp_path / "faces.npz"),
        run_folder=str(tmp_path / "run"),
        codes="shape=categorical(3), uniform, bernoulli",
        **{"code_augmentation": 0.0, "max_shift": 0, "average_decay": 0.0},
        max_epoch=1,
        updates_per_epoch=2,
        batch_size=8,
    )
    assert train(config)
    monkeypatch.setattr(features_module, "LEAST_UPDATES", 2)
    monkeypatch.setattr(features_module, "EPOCHS", 0)
    run = load_run(tmp_path / "run")
    with pytest.raises(SettingError, match=r"data_dir: expected auto, since \S+ was trained on \S+faces.npz, got tfds"):
        module.evaluate(run, data_dir="tfds")
    changes = {method: ClassChange(0.25, 0.5, None) for method in ("mean of 3", "one code")}
    examples = Examples([1], [2], rng.random([1, 9, 16, 16, 3]), {method: [0] for method in changes})
    measured = (VectorArithmetic([1, 2], 40, 0.5, ["shape=0", "shape=1"], changes), examples)
    calls = []
    monkeypatch.setattr(module, "measure_vector_arithmetic", lambda *given: calls.append(given) or measured)
    module.evaluate(run)
    _, generated, features, _ = calls[0]
    assert (features.class_names, len(generated.features)) == (("0", "1", "2"), 300)
    evaluation = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert evaluation["run"]["held_out_images"] == 40
    assert evaluation["images"]["compared_images"] == 40
    assert evaluation["images"]["features"].startswith("classifier of shape")
    measures = {code: [cell["measure"] for cell in row.values()] for code, row in evaluation["associations"].items()}
    assert list(evaluation["associations"]["shape"]) == list(kinds)
    assert measures == {
        "shape": ["NMI", "AUC", "eta", "circular eta"],
        "c2": ["NMI", "AUC", "|Spearman|", "monotone fit"],
        "c3": ["NMI", "AUC", "|Spearman|", "circular eta"],
    }
    for row in evaluation["associations"].values():
        for cell in row.values():
            assert 0 <= cell["strength"] <= 1
            assert cell["note"] or cell["measure"] == "monotone fit" or 0 <= cell["chance"] < 1
    fits = {factor: cell["monotone_fit"] for factor, cell in evaluation["associations"]["c2"].items()}
    assert (fits["shape"], fits["is_bright"]) == (None, None)
    assert 0 < fits["age"]["error"] < 60
    assert 45 < fits["azimuth"]["error"] < 135
    assert np.sum(evaluation["classification"]["shape"]["shape"]["confusion"]) == 40
    assert evaluation["classification"]["shape"]["shape"]["class_names"] == ["0", "1", "2"]
    with Image.open(tmp_path / "run" / "codes_and_factors.png") as picture:
        assert picture.width > 500
    change = {"success": 0.25, "unchanged": 0.5, "slant_kept": None}
    assert evaluation["vector_arithmetic"] == {
        **{"classes": [1, 2], "samples": 40, "chance": 0.5, "codes": ["shape=0", "shape=1"]},
        "changes": {"mean of 3": change, "one code": change},
    }
    assert evaluation["pictures"] == ["codes_and_factors.png", "vector_arithmetic.png"]
    assert module.scalars(evaluation)["evaluation/change_of_class_by_mean_of_3"] == 0.25
    with Image.open(tmp_path / "run" / "vector_arithmetic.png") as picture:
        assert picture.width > 500
    table = evaluation_table(evaluation)
    for row in ("is_bright", "azimuth", "at chance", "shape as a classifier of shape", "error after a monotone fit"):
        assert row in table


def test_the_launcher_prints_progress_and_tables(launched):
    folder, output = launched
    progress, _, tables = output.partition("\n\n")
    assert progress.splitlines()[:3] == [
        f"evaluating {folder} at update 6",
        "  generating 300 images, predicting their codes and computing their features",
        "  predicting the codes of 1,000 held-out images",
    ]
    assert progress.splitlines()[-1] == f"  codes against factors are drawn in {folder / 'codes_and_factors.png'}"
    assert "  nearly all generated images are of one class: no change of class is measured" in progress.splitlines()
    assert len(progress.splitlines()) == 10
    rows = {line[:2]: line for line in tables.split("\n\n")[1].splitlines() if line.startswith(("c1  ", "c2  "))}
    assert " 2.303 " in rows["c1"]
    assert " 0.693 " not in rows["c2"], "the entropy of a continuous code is no limit of its information"
    for text in ("c1 as a classifier of label, held-out (test) images: error", "verdict", "Frechet distance", "NMI"):
        assert text in tables


def test_other_data_than_the_run_was_trained_on_are_refused(trained):
    file = trained / "config.json"
    whole = file.read_text()
    record = json.loads(whole)
    record["data"]["fingerprint"] = "another"
    file.write_text(json.dumps(record))
    expected = f"data_dir: expected the images that {trained} was trained on: mnist from embedded, got other images"
    with pytest.raises(SettingError, match=expected):
        launch(trained)
    file.write_text(whole)


def test_a_place_for_other_images_than_the_run_has_is_refused(trained):
    expected = f"images: expected auto, since {trained} was trained on --dataset=mnist, got photos"
    with pytest.raises(SettingError, match=expected):
        module.evaluate(load_run(trained), images="photos")


def test_too_few_held_out_images_are_refused(trained, monkeypatch):
    monkeypatch.setattr(module, "LEAST_HELD_OUT", 1001)
    expected = f"run_folder: expected a run with at least 1001 held-out images, got {trained} with 1000"
    with pytest.raises(SettingError, match=expected):
        module.evaluate(load_run(trained))


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_measured(trained, monkeypatch):
    monkeypatch.setattr(module.os, "access", lambda *_: False)
    with pytest.raises(SettingError, match=f"run_folder: expected a folder that can be written, got {trained}"):
        module.evaluate(load_run(trained))


def test_folders_without_a_run_are_refused():
    with pytest.raises(RunNotFoundError, match="expected the folder of a run, got /nowhere/run, where there is none"):
        launch("/nowhere/run")
    with pytest.raises(SettingError, match=f"run_folder: expected the folder of a run, got {ROOT} without a readable"):
        launch(ROOT)


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        ([], "error: flag --run_folder: expected the folder of a trained run, got none"),
        (["--run_folder="], "error: flag --run_folder=: expected the folder of a trained run, got ''"),
        (["--run_folder=x", "--step=0"], "flag --step=0: expected "),
        (["--preset=paper", "--run_folder=x"], "Unknown command line flag 'preset'"),
    ],
)
def test_bad_flags_are_answered_in_one_line(flags, text):
    finished = subprocess.run([sys.executable, str(LAUNCHER), *flags], capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert text in finished.stderr
    assert "Traceback" not in finished.stderr


def test_help_offers_no_default_for_the_folder():
    finished = subprocess.run([sys.executable, str(LAUNCHER), "--help"], capture_output=True, text=True, check=True)
    flag = finished.stdout.partition("--run_folder:")[2].partition("--")[0]
    assert " ".join(flag.split()) == "The folder of a trained run; required. (the folder of a trained run)"
