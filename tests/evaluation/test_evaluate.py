import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.configs import MnistConfig
from infogan_tf.data.labels import load_labels
from infogan_tf.distributions import CategoricalParams
from infogan_tf.errors import SettingError
from infogan_tf.evaluation import evaluate as module
from infogan_tf.evaluation import readings
from infogan_tf.evaluation.digit_features import load_digit_features
from infogan_tf.evaluation.diversity import diversity_of_classes, measure_diversity, spread
from infogan_tf.evaluation.extrapolation import measure_extrapolation
from infogan_tf.evaluation.information import estimate_information
from infogan_tf.evaluation.readings import categories, generated_batches, probabilities, read_codes, read_deformed
from infogan_tf.evaluation.recovery import measure_recovery
from infogan_tf.training import train
from tests.conftest import ROOT


def run_evaluate(*flags):
    command = [sys.executable, str(ROOT / "launchers" / "evaluate.py"), *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def labels(embedded_digits):
    return load_labels(embedded_digits, "mnist", None)


@pytest.fixture(scope="module")
def features(embedded_digits, labels):
    return load_digit_features(embedded_digits, labels)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    settings = {"data_source": "embedded", "max_epoch": 1, "updates_per_epoch": 6, "batch_size": 16}
    assert train(MnistConfig(run_folder=str(folder), **settings))
    return folder


class PerfectModel:
    """A model whose images show their codes plainly, and whose Q reads them off."""

    def __init__(self, spec, reads=True):
        self.spec, self.reads = spec, reads

    @property
    def image_shape(self):
        return (self.spec.size,)

    def generator(self, joined, training):
        return joined

    def discriminator(self, images, training):
        latents = self.spec.split(images)
        logits = 100 * latents["c1"] if self.reads else tf.zeros_like(latents["c1"])
        parts = [logits]
        for name in ("c2", "c3"):
            mean = latents[name] if self.reads else tf.zeros_like(latents[name])
            parts += [mean, tf.fill(tf.shape(mean), -20.0)]
        return type("Output", (), {"posterior": tf.concat(parts, axis=1)})


def test_information_of_a_perfect_and_a_useless_q(small_model):
    perfect = estimate_information(PerfectModel(small_model.spec), number=2000)
    assert perfect["c1"].bound == pytest.approx(np.log(10), abs=1e-5)
    # Nothing but the floor of 0.05 under the std keeps the density of a continuous code from more.
    assert perfect["c2"].bound == pytest.approx(np.log(2) - np.log(0.05) - 0.5 * np.log(2 * np.pi), abs=1e-3)
    assert perfect["c1"].standard_error == pytest.approx(0, abs=1e-6)
    useless = estimate_information(PerfectModel(small_model.spec, reads=False), number=2000)
    assert useless["c1"].bound == pytest.approx(0, abs=1e-5)
    assert useless["c1"].entropy == pytest.approx(np.log(10))


def test_the_standard_error_is_that_of_the_mean(small_model):
    estimates = [estimate_information(small_model, number=400, seed=seed)["c2"] for seed in range(12)]
    scatter = np.std([estimate.bound for estimate in estimates], ddof=1)
    assert scatter == pytest.approx(estimates[0].standard_error, rel=0.6)


def test_recovery_of_a_perfect_and_a_useless_q(small_model):
    perfect = measure_recovery(PerfectModel(small_model.spec), number=2000)
    assert {name: recovery.value for name, recovery in perfect.items()} == {"c1": 1, "c2": 1, "c3": 1}
    useless = measure_recovery(PerfectModel(small_model.spec, reads=False), number=2000)
    assert useless["c1"].value == pytest.approx(0.1, abs=0.03)
    assert useless["c2"].value == pytest.approx(0, abs=0.01)


def test_diversity_tells_a_code_that_decides_everything_from_one_that_decides_nothing(small_model):
    model = PerfectModel(small_model.spec)
    only_c1 = measure_diversity(model, lambda images: images.numpy()[:, 62:72])
    np.testing.assert_allclose(only_c1["c1"], 0, atol=1e-9)
    np.testing.assert_allclose(only_c1["c2"], 1, atol=0.1)
    assert len(only_c1["c1"]) == 10
    collapsed = measure_diversity(model, lambda images: np.zeros([len(images), 3]))
    assert collapsed["c2"] == [0] * 5
    assert spread(np.array([[0.0], [2.0]])) == pytest.approx(4)


def test_diversity_of_real_classes():
    features = np.random.default_rng(0).normal(size=(400, 3)) + 10 * np.eye(3)[np.arange(400) % 2]
    apart = diversity_of_classes(features, np.arange(400) % 2)
    assert len(apart) == 2
    assert max(apart) < 0.1
    np.testing.assert_allclose(diversity_of_classes(features, np.arange(400) % 7 // 4), 1, atol=0.1)
    assert len(diversity_of_classes(features, np.array([1] + 399 * [0]))) == 1, "one image has no spread"


def test_extrapolation_of_a_perfect_a_useless_and_a_backward_q(small_model):
    model = PerfectModel(small_model.spec)
    assert measure_extrapolation(model, number=10) == pytest.approx({"c2": 1, "c3": 1})
    still = pytest.approx({"c2": 0, "c3": 0}, abs=1e-6)
    assert measure_extrapolation(PerfectModel(small_model.spec, reads=False), number=10) == still
    clipped = PerfectModel(small_model.spec)
    clipped.generator = lambda joined, training: tf.clip_by_value(joined, -1, 1)
    assert measure_extrapolation(clipped, number=10) == still
    folded = PerfectModel(small_model.spec)
    folded.generator = lambda joined, training: tf.where(tf.abs(joined) > 1, 2 * tf.sign(joined) - joined, joined)
    assert measure_extrapolation(folded, number=10) == pytest.approx({"c2": -1, "c3": -1})


def test_generated_batches_are_as_many_as_asked_for_and_follow_from_the_seed(small_model):
    sizes = [len(images) for _, images in generated_batches(small_model, 1200, seed=1)]
    assert sizes == [1000, 200]
    first, again, other = (next(generated_batches(small_model, 3, seed))[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_readings_are_those_of_infer_codes_in_order(small_model, embedded_digits):
    images = embedded_digits.training[:1100]
    read = read_codes(small_model, images)
    expected = small_model.infer_codes(images[990:1010].astype(np.float32) / 255)
    np.testing.assert_allclose(read["c1"].logits[990:1010], expected["c1"].logits, atol=1e-4)
    np.testing.assert_allclose(read["c2"].mean[990:1010], expected["c2"].mean, atol=1e-4)
    assert categories(CategoricalParams(tf.constant([[0.0, 3.0], [1.0, 0.0]]))).tolist() == [1, 0]


def test_deformed_images_are_read_in_order(small_model, embedded_digits, monkeypatch):
    images = embedded_digits.training[:1100]
    first, again, other = (read_deformed(small_model, "c1", images, seed) for seed in (1, 1, 2))
    assert first.shape == (1100, 10)
    np.testing.assert_allclose(first.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(first, again)
    assert np.all(np.any(first != other, axis=1))
    monkeypatch.setattr(readings, "_deformed", lambda batch, seed: batch)
    plain = probabilities(read_codes(small_model, images)["c1"])
    np.testing.assert_allclose(read_deformed(small_model, "c1", images), plain, atol=1e-5)


def test_digit_features_know_digits_and_are_cached(features, embedded_digits, labels, cache_folder):
    assert features.test_error < 0.06
    assert f"trained on {embedded_digits.name}, test error {features.test_error:.2%}" in features.name
    assert features(embedded_digits.held_out[:10]).shape == (10, 128)
    files = list((cache_folder / "infogan_tf").glob("digit-features-*.weights.h5"))
    assert len(files) == 1
    again = load_digit_features(embedded_digits, labels)
    np.testing.assert_array_equal(again(embedded_digits.held_out[:10]), features(embedded_digits.held_out[:10]))


def test_a_damaged_cache_of_features_is_made_again(features, embedded_digits, labels, cache_folder):
    file = next((cache_folder / "infogan_tf").glob("digit-features-*.weights.h5"))
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])
    with pytest.warns(UserWarning, match="damaged"):
        again = load_digit_features(embedded_digits, labels)
    # Trained anew, the same to the last bit.
    np.testing.assert_array_equal(again(embedded_digits.held_out[:10]), features(embedded_digits.held_out[:10]))
    assert file.stat().st_size == len(whole)


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
    assert -1 <= evaluation["codes"]["c2"]["extrapolation"] <= 1
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
