"""What the curves of a run say is wrong, and what to change.

A symptom is the median of one curve over the last 100 updates beyond a limit; one bad batch is none. It ends at another
limit, so that a curve near the first does not toggle the warning. All of it follows from the points of `metrics.jsonl`,
so a resumed run knows what was wrong before.
"""

import collections
import dataclasses
import math
import statistics
from collections.abc import Mapping

from scipy.optimize import brentq
from scipy.special import i0e, i1e

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.config import Config
from infogan_tf.distributions import Distribution, Gaussian

WINDOW = 100
# Where points are rare, the window holds this many.
LEAST_POINTS = 5

# -ln 0.95 - ln 0.95: D gives the truth a probability of 0.95, of real and of generated images.
D_LOSS = "loss/discriminator"
WON = 0.1, 0.2  # Below the first, until it is above the second.
# G's learning rate as a multiple of D's in the paper's appendix, where no table says otherwise. On 8,707 photographs of
# faces, in batches of 32 without augmentation, D had won by update 100 at 0.2, 0.4 and 0.8, and had not at 5.
PAPERS_RATIO = 5
# Chintala et al. 2016, "How to train a GAN? Tips and tricks to make GANs work", 10: "check norms of gradients: if they
# are over 100 things are screwing up". This one has Q's share in it, which grows with the codes and their weights: the
# twenty runs without a heavy continuous code on photographs, heads and chairs were steady and stay below 121, which
# those with ten categorical codes of weight 4 come near. Unstable ones are at `HEAVY_FROM`.
D_GRADIENT = "gradient_norm/discriminator"
UNSTABLE = 150.0, 75.0
# The least weight, lambda included, of a continuous code that is named as a cause of it. In four runs on
# chairs the median norm was 249 with a weight of 10, 161 with 2, and 14 and 19 with 0.2.
HEAVY_FROM = 1.0
# The least recovery (0 for chance, 1 for perfect) of a code that is not ignored; this project's choice.
USED_FROM, USED_AGAIN_FROM = 0.2, 0.3
# In nine runs on digits and photographs no code was found later than by update 830; larger networks may take longer.
FOUND_BY = 1000
# By how much D's mean output is higher on the images that it is trained on than on held-out ones; at most 0.06 in the
# same nine runs.
TRAINING, HELD_OUT = "memorization/training", "memorization/held_out"
OVERFITTING_FROM = 0.2


@dataclasses.dataclass
class Symptom:
    """What can go wrong: a curve is beyond the limit `begins`, not before `earliest`, until it is back beyond `ends`.

    `ends` > `begins` if low values are bad. `over` says that nothing is wrong any more, `advice` what to change.
    """

    name: str
    over: str
    curve: str
    begins: float
    ends: float
    earliest: int
    advice: str
    is_present: bool = False


class Health:
    """Watches the curves of a run."""

    def __init__(self, config: Config, spec: LatentSpec):
        won, unstable = _advice_on_winning(config), _advice_on_instability(config, spec)
        self._symptoms = [
            Symptom("D has won", "D no longer wins", D_LOSS, *WON, WINDOW, won),
            Symptom("training is unstable", "training is stable again", D_GRADIENT, *UNSTABLE, WINDOW, unstable),
        ]
        for code in spec.codes:
            if code.weight * config.info_reg_coeff > 0 and config.objective == "infogan":  # Otherwise G may ignore it.
                name, over = f"{code.name} is ignored", f"{code.name} is no longer ignored"
                limits = [least_information(code.distribution, recovery) for recovery in (USED_FROM, USED_AGAIN_FROM)]
                curve, advice = f"mutual_information/{code.name}", _advice_on_ignored(code, config)
                self._symptoms.append(Symptom(name, over, curve, *limits, FOUND_BY, advice))
        self._points: collections.deque[tuple[int, Mapping[str, float]]] = collections.deque()
        self._overfitting = 0.0

    def update(self, step: int, metrics: Mapping[str, float]) -> list[str]:
        """Takes the point of an update, later than those before; a line for each symptom that now begins or ends."""
        self._points.append((step, metrics))
        while len(self._points) > LEAST_POINTS and self._points[0][0] <= step - WINDOW:
            self._points.popleft()
        if TRAINING in metrics and HELD_OUT in metrics:
            self._overfitting = metrics[TRAINING] - metrics[HELD_OUT]
        return [line for symptom in self._symptoms if (line := self._line(symptom, step))]

    def _line(self, symptom: Symptom, step: int) -> str | None:
        values = [metrics[symptom.curve] for _, metrics in self._points]
        if len(values) < LEAST_POINTS:
            return None
        median = statistics.median(values)
        limit = symptom.ends if symptom.is_present else symptom.begins
        is_beyond = median < limit if symptom.begins < symptom.ends else median > limit
        if is_beyond == symptom.is_present or (is_beyond and step < symptom.earliest):
            return None
        symptom.is_present = is_beyond
        told = f"{symptom.curve} is {median:.2f}, the median of the last {len(values)} points"
        if not is_beyond:
            return f"update {step:,}: {symptom.over}: {told}"
        advice = symptom.advice
        if symptom.curve == D_LOSS and self._overfitting >= OVERFITTING_FROM:
            advice = f"raise --max_shift, since D overfits its training images ({TRAINING}); or {advice}"
        return f"warning: update {step:,}: {symptom.name}: {told}. In a new run, {advice}"


def _advice_on_winning(config: Config) -> str:
    ratio = config.generator_learning_rate / config.discriminator_learning_rate
    advice = f"lower --discriminator_learning_rate, such as to {config.discriminator_learning_rate / 2:g}"
    if ratio < PAPERS_RATIO * (1 - 1e-6):  # But for rounding.
        advice = "lower --discriminator_learning_rate or raise --generator_learning_rate (G's is "
        advice += f"{ratio:.2g} times D's; in the paper {PAPERS_RATIO} times)"
    return f"{advice}: from a D that is always right G learns little"


def _advice_on_instability(config: Config, spec: LatentSpec) -> str:
    rates = {name: getattr(config, name) / 2 for name in ("discriminator_learning_rate", "generator_learning_rate")}
    advice = f"lower both learning rates, such as {' '.join(f'--{name}={rate:g}' for name, rate in rates.items())}"
    continuous = (code for code in spec.codes if not code.distribution.is_discrete)
    heaviest = max(continuous, key=lambda code: code.weight, default=None)
    if heaviest and heaviest.weight * config.info_reg_coeff >= HEAVY_FROM:
        lighter = f"@{heaviest.weight / 10:g} instead of @{heaviest.weight:g}"
        advice = f"lower the weight of {heaviest.name} in --codes, such as {lighter}, or {advice}"
    return advice


def _advice_on_ignored(code: LatentCode, config: Config) -> str:
    advice = f"raise its weight in --codes, such as @{2 * code.weight:g} instead of @{code.weight:g}, "
    advice += f"or --info_reg_coeff (now {config.info_reg_coeff:g})"
    if code.distribution.num_categories:
        advice += ", or use fewer categories"
        if config.code_augmentation:
            advice += f", or lower --code_augmentation (now {config.code_augmentation:g})"
    return f"{advice}. {code.name} may still be found in this run"


def least_information(prior: Distribution, recovery: float) -> float:
    """The bound L_I, in nats, of a code of which Q recovers a given share and knows how sure it can be.

    For a discrete code the least information with which so few errors can be made (Fano's inequality); for a continuous
    one that of a Gaussian of the remaining variance, for each image the same; for a circular one that of a von Mises
    distribution likewise. `recovery` is (accuracy - chance) / (1 - chance), or R^2: 0 for chance, below 1.
    """
    if prior.is_discrete:
        most_frequent = max(prior.probs) if prior.num_categories else max(prior.prob, 1 - prior.prob)
        error = (1 - recovery) * (1 - most_frequent)
        others = (prior.num_categories or 2) - 1
        unknown = -error * math.log(error / others) - (1 - error) * math.log(1 - error)
        return prior.entropy() - unknown * (1 if prior.num_categories else prior.event_size)
    if prior.is_circular:
        # A^2 of the variance of unit vectors is recovered, where A = I_1 / I_0 is the length of the expected one.
        length = math.sqrt(recovery)
        concentration = brentq(lambda kappa: i1e(kappa) / i0e(kappa) - length, 0, 5e4)  # Up to a length of 0.99999.
        return concentration * (length - 1) - math.log(i0e(concentration))  # kappa A - ln I_0(kappa)
    std = prior.std if isinstance(prior, Gaussian) else (prior.high - prior.low) / math.sqrt(12)
    remaining = (1 - recovery) * std**2
    posterior_std = prior.posterior_std or max(math.sqrt(remaining), prior.min_std)
    cross_entropy = math.log(posterior_std * math.sqrt(2 * math.pi)) + remaining / (2 * posterior_std**2)
    return prior.entropy() - cross_entropy * prior.event_size
