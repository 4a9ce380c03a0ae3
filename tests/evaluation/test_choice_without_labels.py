"""The choice among runs without labels: on models whose agreement is known, and on predictions with known errors."""

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Bernoulli, Categorical, Circular, Uniform
from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.evaluation.model_centrality import model_centrality
from infogan_tf.reproduction.choice import consensus

SPEC = LatentSpec(
    (
        LatentCode("z", Uniform(size=3), regularized=False),
        LatentCode("kind", Categorical(3)),
        LatentCode("turn", Circular()),
        LatentCode("is_open", Bernoulli()),
        LatentCode("width", Uniform(posterior_std=1.0)),
        LatentCode("height", Uniform(posterior_std=1.0)),
    )
)


class PlainModel:
    """Its images are the codes themselves, and its Q predicts them after a mixture `[width, height] @ mixture`."""

    spec, image_shape = SPEC, (SPEC.size,)

    def __init__(self, mixture=((1.0, 0.0), (0.0, 1.0)), sharpness=10.0):
        self.mixture, self.sharpness = tf.constant(mixture), sharpness

    def __call__(self, joined):
        return joined

    def infer_codes(self, images):
        kind, turn, is_open, width, height = (SPEC.split(images)[code.name] for code in SPEC.codes)
        sizes = tf.concat([width, height], axis=1) @ self.mixture
        discrete = [self.sharpness * kind, self.sharpness * turn, self.sharpness * (is_open - 0.5)]
        return SPEC.split_posterior(tf.concat([*discrete, sizes], axis=1))


def centralities(*models):
    return model_centrality([BatchedModel(model) for model in models])


def test_runs_that_agree_are_central_and_others_are_not():
    swapped = PlainModel(((0.0, 1.0), (-1.0, 0.0)))
    turned = PlainModel(((0.7, 0.7), (-0.7, 0.7)))
    useless = PlainModel(((0.0, 0.0), (0.0, 0.0)), sharpness=0.0)
    # All codes but two of five are told for certain where those two are mixed; nothing but one of five by chance.
    perfect, other_order, mixed, constant = centralities(PlainModel(), swapped, turned, useless)
    assert perfect == pytest.approx(other_order) == pytest.approx((1 + 0.9 + 0.6) / 3, abs=0.05)
    assert mixed == pytest.approx((0.9 + 0.9 + 0.5) / 3, abs=0.06)
    assert constant == pytest.approx((0.6 + 0.6 + 0.5) / 3, abs=0.06)
    assert perfect > mixed > constant


def predictions(labels, wrong, order):
    """Probabilities of a classifier that errs on some images and gives its categories other numbers."""
    predicted = np.where(wrong, (labels + 1) % 5, labels)
    return np.where(np.eye(5)[predicted], 0.8, 0.05)[:, order]


def test_a_consensus_corrects_what_single_runs_get_wrong():
    rng = np.random.default_rng(0)
    labels = rng.integers(5, size=900)
    wrong = np.arange(900) % 9  # Each run errs on images of its own.
    runs = [predictions(labels, wrong == run, rng.permutation(5) if run else np.arange(5)) for run in range(5)]
    matched, scored = consensus(runs, [run[:300] for run in runs])
    assert [np.mean(run.argmax(axis=1) != labels) > 0.1 for run in runs] == [True] * 5
    np.testing.assert_array_equal(matched.argmax(axis=1), labels)
    np.testing.assert_array_equal(scored, matched[:300])
    np.testing.assert_allclose(matched.sum(axis=1), 1)
