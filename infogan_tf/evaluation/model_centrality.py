"""ModelCentrality: which of several runs agrees the most with the others, found without a label.

Lin et al. 2020 (InfoGAN-CR, arXiv 1906.06034), section 4: well-trained runs find the same factors, and others fail each
in its own way. Whether one run's Q knows another run's codes is scored as FactorVAE scores known factors (Kim and Mnih
2018, arXiv 1802.05983, section 4): of images that share the value of one code, the prediction that varies the least
should tell which code that is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from infogan_tf.codes import LatentSpec
from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.randomness import Stream, split_seed, stream_seed

FEWEST_RUNS = 3  # Two agree with each other to the same degree, whichever is better.
# The original's are 500 groups of 100.
NUM_GROUPS, GROUP_SIZE = 400, 25
# Predictions that vary less than this are constant, as in FactorVAE: their standard deviation.
LEAST_DEVIATION = 0.05


def model_centrality(models: Sequence[BatchedModel]) -> np.ndarray:
    """How much each of at least 3 models agrees with the others, on average: `[models]`, from 0 to 1, the best highest.

    The score s_i is the mean over j of (A_ij + A_ji) / 2, where A_ij says how well the Q of model i tells which code
    was held fixed in images that the G of model j generated.
    """
    agreement = np.array([_agreement_with(model, models) for model in models])
    others = ~np.eye(len(models), dtype=bool)
    return np.mean((agreement + agreement.T) / 2, axis=1, where=others)


def _agreement_with(generating: BatchedModel, models: Sequence[BatchedModel]) -> list[float]:
    """How well the Q of each model tells the fixed codes of one model's images."""
    fixed = np.arange(NUM_GROUPS) % len(generating.spec.codes)
    predicted = generating.measure_generated(
        _latents_in_groups(generating.spec, fixed),
        lambda images: [_expected_codes(model.infer_codes(images)) for model in models],
    )
    return [_score(_least_varying(codes), fixed) for codes in predicted]


def _latents_in_groups(spec: LatentSpec, fixed: np.ndarray) -> dict[str, tf.Tensor]:
    """Latents `[groups * size, event_size]` by name; those of a group share the code whose index `fixed` has."""
    sample_seed, value_seed = split_seed(stream_seed(6, Stream.EVALUATION), 2)
    latents, values = spec.sample(len(fixed) * GROUP_SIZE, sample_seed), spec.sample(len(fixed), value_seed)
    for index, code in enumerate(spec.codes):
        is_fixed = np.repeat(fixed == index, GROUP_SIZE)[:, None]
        latents[code.name] = tf.where(is_fixed, tf.repeat(values[code.name], GROUP_SIZE, axis=0), latents[code.name])
    return latents


def _expected_codes(posteriors: Mapping[str, Any]) -> dict[str, tf.Tensor]:
    return {name: posterior.mean for name, posterior in posteriors.items()}


def _least_varying(codes: Mapping[str, tf.Tensor]) -> np.ndarray:
    """The index of the code whose prediction varies the least in each group, relative to all groups: int `[groups]`.

    The variance of a code is that of its vector: of a category's probabilities and of an angle's (cos, sin) too.
    """
    shares = []
    for expected in codes.values():
        values = expected.numpy().astype(np.float64)
        of_all = values.var(axis=0).sum()
        in_groups = values.reshape(NUM_GROUPS, GROUP_SIZE, -1).var(axis=1).sum(axis=1)
        shares.append(in_groups / of_all if of_all > LEAST_DEVIATION**2 else np.full(NUM_GROUPS, np.inf))
    return np.argmin(shares, axis=0)


def _score(votes: np.ndarray, fixed: np.ndarray) -> float:
    """The accuracy, on every second group, of the most frequent fixed code of each vote in the others."""
    # Groups are in the order of the codes, so pairs of rounds have all codes in both halves.
    is_fitted = np.arange(len(fixed)) // (fixed.max() + 1) % 2 == 0
    counts = np.zeros([votes.max() + 1, fixed.max() + 1], int)
    np.add.at(counts, (votes[is_fitted], fixed[is_fitted]), 1)
    return float(np.mean(counts.argmax(axis=1)[votes[~is_fitted]] == fixed[~is_fitted]))
