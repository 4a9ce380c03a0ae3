"""The bound on each code's mutual information, on fresh samples (paper, equation 5)."""

import math
from typing import NamedTuple

import numpy as np

from infogan_tf.codes import LatentSpec
from infogan_tf.evaluation.batched_model import GeneratedImages


class InformationEstimate(NamedTuple):
    """L_I of one code.

    Attributes:
        bound: H(c) + mean of log Q(c|x), nats.
        standard_error: of the mean.
        entropy: H(c), nats; the bound's ceiling for a discrete code.
    """

    bound: float
    standard_error: float
    entropy: float


def estimate_information(spec: LatentSpec, generated: GeneratedImages) -> dict[str, InformationEstimate]:
    """L_I of each code in inference mode, on samples that no update saw.

    Args:
        spec: the latents.
        generated: at least 2 images.
    """
    estimates = {}
    for code in spec.codes:
        log_prob = generated.posteriors[code.name].log_prob(generated.latents[code.name])
        estimates[code.name] = _estimate(code.distribution.entropy(), log_prob.numpy())
    return estimates


def _estimate(entropy: float, log_probs: np.ndarray) -> InformationEstimate:
    values = log_probs.astype(np.float64)
    standard_error = values.std(ddof=1) / math.sqrt(len(values))
    return InformationEstimate(entropy + float(values.mean()), float(standard_error), entropy)
