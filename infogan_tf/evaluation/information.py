"""The bound on each code's mutual information, on fresh samples (paper, equation 5)."""

import math
from typing import NamedTuple

import numpy as np

from infogan_tf.evaluation.readings import read_generated
from infogan_tf.model import InfoGAN


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


def estimate_information(model: InfoGAN, number: int = 10_000, seed: int = 0) -> dict[str, InformationEstimate]:
    """L_I of each code, as one who only uses the model meets it: inference mode, samples that no update saw.

    Args:
        model: a trained model.
        number: samples, at least 2.
        seed: decides them.
    """
    log_probs = {code.name: [] for code in model.spec.codes}
    for latents, params in read_generated(model, number, seed):
        for code in model.spec.codes:
            log_prob = code.distribution.posterior_log_prob(latents[code.name], params[code.name])
            log_probs[code.name].append(log_prob.numpy())
    return {code.name: _estimate(code.distribution.entropy(), log_probs[code.name]) for code in model.spec.codes}


def _estimate(entropy: float, log_probs: list[np.ndarray]) -> InformationEstimate:
    values = np.concatenate(log_probs).astype(np.float64)
    standard_error = values.std(ddof=1) / math.sqrt(len(values))
    return InformationEstimate(entropy + float(values.mean()), float(standard_error), entropy)
