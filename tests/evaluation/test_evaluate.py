import json
import sys

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.configs import MnistConfig
from infogan_tf.errors import SettingError
from infogan_tf.evaluation import evaluate as module
from infogan_tf.training import train
from tests import processes
from tests.conftest import ROOT


def run_evaluate(*flags):
    command = [sys.executable, str(ROOT / "launchers" / "evaluate.py"), *flags]
    return processes.run(command)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    settings = {"data_source": "embedded", "max_epoch": 1, "updates_per_epoch": 6, "batch_size": 16}
    assert train(MnistConfig(run_folder=str(folder), **settings))
    return folder


def test_evaluate_writes_what_it_measured(trained, features):
    evaluation = module.evaluate(trained)
    assert json.loads((trained / "evaluation.json").read_text()) == evaluation
    assert evaluation["run"]["update"] == 6
    assert list(evaluation["codes"]) == ["c1", "c2", "c3"]
    classification = evaluation["classification"]["c1"]
    assert np.sum(classification["confusion"]) == 1000
    assert 0.3 < classification["one_to_one_error"] <= 1  # Six updates teach nothing.
    assert evaluation["images"]["features"] == features.name
    assert (evaluation["images"]["compared_images"], evaluation["images"]["compared_neighbourhoods"]) == (1000, 1000)
    assert len(evaluation["images"]["diversity_of_real_classes"]) == 10
    assert evaluation["codes"]["c1"]["extrapolation"] is None
    assert isinstance(evaluation["codes"]["c2"]["extrapolation"], float)
    assert evaluation["images"]["frechet_distance"] > evaluation["images"]["frechet_distance_of_training_images"]
    tags = set()
    for file in trained.glob("events.*"):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            tags |= {value.tag for value in event.summary.value if event.step == 6}
    assert set(module.scalars(evaluation)) <= tags
    for tag in ("diversity_c1", "standard_error_c3", "extrapolation_c2", "stability_c1", "recall"):
        assert f"evaluation/{tag}" in tags


def test_other_data_than_the_run_was_trained_on_are_refused(trained):
    file = trained / "config.json"
    whole = file.read_text()
    record = json.loads(whole)
    record["data"]["fingerprint"] = "another"
    file.write_text(json.dumps(record))
    with pytest.raises(SettingError, match=f"data_dir: expected the labelled data that {trained} was trained on, got"):
        module.evaluate(trained)
    file.write_text(whole)


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_measured(trained, monkeypatch):
    monkeypatch.setattr(module.os, "access", lambda *_: False)
    with pytest.raises(SettingError, match=f"run_folder: expected a folder that can be written, got {trained}"):
        module.evaluate(trained)


def test_the_launcher_prints_tables(trained):
    finished = run_evaluate(f"--run_folder={trained}")
    assert finished.returncode == 0, finished.stderr
    rows = {line[:2]: line for line in finished.stdout.splitlines() if line.startswith(("c1  ", "c2  "))}
    assert " 2.303 " in rows["c1"]
    assert " 0.693 " not in rows["c2"], "the entropy of a continuous code is no limit of its information"
    for text in ("c1 as a classifier of held-out images: error", "verdict", "Frechet distance", "NMI"):
        assert text in finished.stdout
    assert finished.stderr == ""


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        ([], "error: flag --run_folder: expected the folder of a trained run, got none"),
        (["--run_folder=/nowhere/run"], "expected the folder of a run, got /nowhere/run, where there is none"),
        ([f"--run_folder={ROOT}"], f"flag --run_folder: expected the folder of a run, got {ROOT} without a readable"),
        (["--preset=paper", "--run_folder=x"], "Unknown command line flag 'preset'"),
    ],
)
def test_bad_input_is_answered_in_one_line(flags, text):
    finished = run_evaluate(*flags)
    assert finished.returncode == 2
    assert text in finished.stderr
    assert "Traceback" not in finished.stderr
