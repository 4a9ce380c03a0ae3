"""A new experiment is one new file, and nothing else has to name it."""

import importlib
import sys

import numpy as np
import pytest
from PIL import Image

import infogan_tf
from infogan_tf import experiments
from infogan_tf.evaluation import evaluate as evaluation
from infogan_tf.evaluation import features
from infogan_tf.evaluation.evaluate import evaluate
from infogan_tf.figures.pictures import CAPTION_WIDTH
from infogan_tf.training.loading import load_run

EXPERIMENT = '''
"""Images of three shapes."""

from infogan_tf.experiments import Experiment
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

EXPERIMENT = Experiment(
    augmentation="digits",
    image_shape=(16, 16, 1),
    traversal_scale=2.0,
    generator=GeneratorSpec(dense=(16,), grid=(4, 4, 8), ups=(Up(4, bn=True),), output="tanh"),
    discriminator=DiscriminatorSpec(convs=(Conv(4),), dense=(16,), code_hidden=8),
    presets={
        "small": {"codes": "shape=categorical(3), size=uniform@0.1, bernoulli", "noise_size": 4, "batch_size": 8},
    },
)
'''


@pytest.fixture
def shapes(tmp_path, monkeypatch):
    """The name of an experiment whose module lies in a folder of its own."""
    folder = tmp_path / "experiments"
    folder.mkdir()
    (folder / "shapes.py").write_text(EXPERIMENT)
    monkeypatch.setattr(experiments, "__path__", [*experiments.__path__, str(folder)])
    importlib.invalidate_caches()
    yield "shapes"
    sys.modules.pop(f"{experiments.__name__}.shapes", None)


@pytest.fixture
def labeled_images(tmp_path):
    path = tmp_path / "shapes.npz"
    labels = np.arange(130) % 3
    pixels = np.random.default_rng(0).integers(0, 80, [130, 16, 16], np.uint8) + 80 * labels[:, None, None]
    np.savez(path, images=pixels.astype(np.uint8), labels=labels, label_names=np.array(["kind"]))
    return path


def read_picture(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


@pytest.mark.slow
def test_a_new_experiment_trains_is_evaluated_and_draws(shapes, labeled_images, tmp_path, monkeypatch):
    assert shapes in experiments.experiment_names()
    small = infogan_tf.presets(shapes)["small"]
    run = tmp_path / "run"
    changes = {"images": labeled_images, "run_folder": run, "max_epoch": 1, "updates_per_epoch": 5}
    assert infogan_tf.train(infogan_tf.Config(**{**small.to_dict(), **changes}))

    drawn = {path.name: read_picture(path).shape[1] for path in (run / "samples").iterdir()}
    across = {"samples": 20, "shape": 3, "size": 10, "c3": 2}
    gap = {"samples": 8}
    widths = {name: max(CAPTION_WIDTH, 32 * number + gap.get(name, 0)) for name, number in across.items()}
    assert drawn == {f"step_0000005_{name}.png": width for name, width in widths.items()}
    assert "  preset: small\n" in (run / "log.txt").read_text()

    monkeypatch.setattr(evaluation, "NUM_GENERATED", 100)
    monkeypatch.setattr(evaluation, "NUM_OF_A_VALUE", 3)
    monkeypatch.setattr(features, "EPOCHS", 0)
    monkeypatch.setattr(features, "LEAST_UPDATES", 2)
    trained = load_run(run)
    assert trained.model.generate(codes={"shape": 2, "size": 2.0, "c3": 1}).shape == (1, 16, 16, 1)
    evaluated = evaluate(trained)
    assert evaluated.run.update == 5
    assert list(evaluated.associations) == ["shape", "size", "c3"]
    assert list(evaluated.classification["shape"]) == ["kind"]
    assert (run / "codes_and_factors.png").exists()
