"""ModelCentrality: which of several runs agrees the most with the others, found without a label.

Lin et al. 2020 (InfoGAN-CR, arXiv 1906.06034), section 4: well-trained runs find the same factors, and others fail each
in its own way. Whether one run's Q knows another run's codes is scored as FactorVAE scores known factors (Kim and Mnih
2018, arXiv 1802.05983, section 4): of images that share the value of one code, the prediction that varies the least
should tell which code that is.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from infogan_tf.codes import LatentSpec
from infogan_tf.evaluation.batched_model import BatchedModel
from infogan_tf.evaluation.disentanglement.factor_vae import accuracy_of_votes, least_varying, variances_of
from infogan_tf.randomness import Stream, split_seed, stream_seed

FEWEST_RUNS = 3  # Two agree with each other to the same degree, whichever is better.
# The original's are 500 groups of 100.
NUM_GROUPS, GROUP_SIZE = 400, 25


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
        lambda images: [[code.mean for code in model.infer_codes(images).values()] for model in models],
    )
    return [_score(codes, fixed) for codes in predicted]


def _latents_in_groups(spec: LatentSpec, fixed: np.ndarray) -> dict[str, tf.Tensor]:
    """Latents `[groups * size, event_size]` by name; those of a group share the code whose index `fixed` has."""
    sample_seed, value_seed = split_seed(stream_seed(6, Stream.EVALUATION), 2)
    latents, values = spec.sample(len(fixed) * GROUP_SIZE, sample_seed), spec.sample(len(fixed), value_seed)
    for index, code in enumerate(spec.codes):
        is_fixed = np.repeat(fixed == index, GROUP_SIZE)[:, None]
        latents[code.name] = tf.where(is_fixed, tf.repeat(values[code.name], GROUP_SIZE, axis=0), latents[code.name])
    return latents


def _score(codes: Sequence[tf.Tensor], fixed: np.ndarray) -> float:
    """The accuracy of votes in every second group, each for the code that was most often fixed in the others.

    The codes are the means of Q's posteriors: of categories their probabilities, of an angle (cos, sin).
    """
    columns = [expected.numpy().astype(np.float64) for expected in codes]
    groups = [of_code.reshape(NUM_GROUPS, GROUP_SIZE, -1) for of_code in columns]
    num_fixed = fixed.max() + 1
    votes = np.zeros([2, num_fixed, len(codes)], int)
    # Groups are in the order of the codes, so pairs of rounds have all codes in both halves.
    np.add.at(votes, (np.arange(NUM_GROUPS) // num_fixed % 2, fixed, least_varying(groups, variances_of(columns))), 1)
    return accuracy_of_votes(*votes)
