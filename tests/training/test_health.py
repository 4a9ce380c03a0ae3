import dataclasses
import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
from scipy.special import ive

from infogan_tf.codes import LatentSpec
from infogan_tf.config import Config
from infogan_tf.distributions import Bernoulli, Categorical, Circular, Gaussian, Uniform
from infogan_tf.evaluation.recovery import recovery_of
from infogan_tf.training.health import FOUND_BY, Health, least_information

CONFIG = Config(codes="categorical(10), 2*uniform@0.1", discriminator_learning_rate=4e-4, generator_learning_rate=2e-3)
HEALTHY = {
    "loss/discriminator": 0.9,
    "gradient_norm/discriminator": 12.0,
    "mutual_information/c1": 2.2,
    "mutual_information/c2": 0.9,
    "mutual_information/c3": 0.8,
}


def watched(config=CONFIG, curves=None, updates=2000, interval=10):
    """What is said of a run whose curves are healthy but for some, given as functions of the update."""
    health = Health(config, LatentSpec.parse(config.codes, 2, None if config.posterior_std == "learned" else 1.0))
    lines = []
    for step in range(interval, updates + 1, interval):
        lines += health.update(step, HEALTHY | {tag: curve(step) for tag, curve in (curves or {}).items()})
    return lines


def falls_at(update, value, until=math.inf):
    return lambda step: value if update <= step < until else 0.9


def always(value):
    return lambda step: value


def spiking(value, otherwise):
    return lambda step: value if step % 30 == 0 else otherwise


WON = {"loss/discriminator": falls_at(300, 0.03)}
UNSTABLE = {"gradient_norm/discriminator": always(180.0)}
UNINFORMATIVE = {"mutual_information/c1": always(0.01)}
OVERFITTING = {"memorization/training": always(0.9), "memorization/held_out": always(0.5)}
HEAVY = {"codes": "categorical(10)@90, uniform@2, uniform@20", "info_reg_coeff": 0.1}
IGNORED = {f"mutual_information/{name}": always(-0.2) for name in ("c", "c1", "c3")}
SILENT = {
    "healthy": ({}, {}),
    "a bad batch of D": ({}, {"loss/discriminator": spiking(0.0, 0.9)}),
    "a bad batch's gradient": ({}, {"gradient_norm/discriminator": spiking(1e6, 12.0)}),
    "a bad batch of Q": ({}, {"mutual_information/c2": spiking(-50.0, 0.9)}),
    "between both limits": ({}, {"loss/discriminator": falls_at(300, 0.15)}),
    "ten codes of weight 4": ({}, {"gradient_norm/discriminator": always(120.0)}),
    "found late": ({}, {"mutual_information/c2": lambda step: 0.9 if step > 800 else -0.18}),
    # Codes that are not asked of G.
    "gan": ({"objective": "gan"}, IGNORED),
    "gan_own_q": ({"objective": "gan_own_q"}, IGNORED),
    "no lambda": ({"info_reg_coeff": 0.0}, IGNORED),
    "no weight": ({"codes": "c=categorical(10)@0, uniform"}, {"mutual_information/c": always(-0.2)}),
}


@pytest.mark.parametrize(("changes", "curves"), SILENT.values(), ids=SILENT)
def test_of_what_is_no_symptom_nothing_is_said(changes, curves):
    assert watched(dataclasses.replace(CONFIG, **changes), curves) == []


LINES = {
    "D has won": (
        {"loss/discriminator": falls_at(300, 0.03, until=700)},
        "warning: update 350: D has won: loss/discriminator is 0.03, the median of the last 10 points. In a new run, "
        "lower --discriminator_learning_rate, such as to 0.0002: from a D that is always right G learns little",
        "update 740: D no longer wins: loss/discriminator is 0.47, the median of the last 10 points",
    ),
    "unstable": (
        {"gradient_norm/discriminator": lambda step: 180.0 if 500 <= step < 900 else 30.0},
        "warning: update 550: training is unstable: gradient_norm/discriminator is 180.00, the median of the last 10 "
        "points. In a new run, lower both learning rates, such as --discriminator_learning_rate=0.0002 "
        "--generator_learning_rate=0.001",
        "update 950: training is stable again: gradient_norm/discriminator is 30.00, the median of the last 10 points",
    ),
    "ignored": (
        {"mutual_information/c2": lambda step: 0.9 if step > 1500 else -0.18},
        f"warning: update {FOUND_BY:,}: c2 is ignored: mutual_information/c2 is -0.18, the median of the last 10 "
        "points. In a new run, raise its weight in --codes, such as @0.2 instead of @0.1, or --info_reg_coeff (now 1). "
        "c2 may still be found in this run",
        "update 1,550: c2 is no longer ignored: mutual_information/c2 is 0.36, the median of the last 10 points",
    ),
}


@pytest.mark.parametrize(("curves", "begins", "ends"), LINES.values(), ids=LINES)
def test_that_a_symptom_begins_and_ends_is_said_once(curves, begins, ends):
    assert watched(curves=curves) == [begins, ends]


ADVICE = [
    ({"generator_learning_rate": 1e-4}, WON, "or raise --generator_learning_rate (G's is 0.25 times D's; in the "),
    ({"discriminator_learning_rate": 3e-4}, WON, "lower --discriminator_learning_rate, such as to 0.00015: from"),
    ({}, WON | OVERFITTING, "In a new run, raise --max_shift, since D overfits its training images (memorization/trai"),
    ({}, WON | OVERFITTING | {"memorization/held_out": always(0.85)}, "In a new run, lower --discriminator_learning"),
    (HEAVY, UNSTABLE, "In a new run, lower the weight of c3 in --codes, such as @2 instead of @20, or lower both "),
    (HEAVY | {"info_reg_coeff": 0.04}, UNSTABLE, "In a new run, lower both learning rates"),
    ({}, UNINFORMATIVE, "@2 instead of @1, or --info_reg_coeff (now 1), or use fewer categories. c1 may"),
    ({"code_augmentation": 1.5}, UNINFORMATIVE, "or use fewer categories, or lower --code_augmentation (now 1.5)."),
]


@pytest.mark.parametrize(("changes", "curves", "advice"), ADVICE)
def test_advice_goes_with_the_settings(changes, curves, advice):
    (line,) = watched(dataclasses.replace(CONFIG, **changes), curves)
    assert advice in line


def test_a_symptom_that_comes_back_between_both_limits_has_not_ended():
    assert len(watched(curves={"loss/discriminator": lambda step: 0.05 if 300 <= step < 700 else 0.15})) == 1


def test_with_rare_points_several_are_waited_for():
    lines = watched(curves={"loss/discriminator": falls_at(500, 0.03)}, updates=3000, interval=250)
    assert [line.split(":")[1] for line in lines] == [" update 1,250"], "the fifth point"


PRIORS = [
    *(Categorical(2), Categorical(10), Categorical(4, [0.4, 0.3, 0.2, 0.1]), Bernoulli(0.3)),
    *(Uniform(), Uniform(2, 9), Gaussian(1, 3), Uniform(posterior_std=1.0), Gaussian(0, 0.5, posterior_std=2.0)),
]


@pytest.mark.parametrize("prior", PRIORS, ids=map(repr, PRIORS))
def test_the_limit_is_the_bound_of_a_q_of_that_recovery(prior):
    """Q's with the recovery r of evaluation's verdicts, simulated, have that bound on the information."""
    given = prior.sample(40_000, np.array([1, 2])).numpy()
    random = np.random.default_rng(0)
    recovery = 0.3
    if prior.is_discrete:
        # As much as Fano's inequality allows: every wrong answer equally probable.
        values, indices, counts = np.unique(given, axis=0, return_inverse=True, return_counts=True)
        error = (1 - recovery) * (1 - counts.max() / len(given))
        bound = prior.entropy() + (1 - error) * math.log(1 - error) + error * math.log(error / (len(values) - 1))
        others = values[(indices.ravel() + random.integers(1, len(values), len(given))) % len(values)]
        answers = np.where(random.random([len(given), 1]) < error, others, given)
    else:
        std = given.std()
        # The best prediction from the code and noise, and the std that is left.
        seen = given + std * math.sqrt(1 / recovery - 1) * random.normal(size=given.shape)
        answers = given.mean() + recovery * (seen - given.mean())
        left = prior.posterior_std or std * math.sqrt(1 - recovery)
        log_prob = -0.5 * ((given - answers) / left) ** 2 - math.log(left * math.sqrt(2 * math.pi))
        bound = prior.entropy() + log_prob.mean()
    assert recovery_of(given, answers, prior.is_discrete).score == pytest.approx(recovery, abs=0.02)
    assert least_information(prior, recovery) == pytest.approx(bound, abs=0.02)


@pytest.mark.parametrize("recovery", [0.2, 0.3, 0.9])
def test_the_limit_of_a_circular_code_is_the_bound_of_a_q_of_that_recovery(recovery):
    (concentration,) = scipy.optimize.fsolve(lambda kappa: ive(1, kappa) / ive(0, kappa) - math.sqrt(recovery), 1.0)
    bound = Circular().entropy() - scipy.stats.vonmises(concentration).entropy()
    assert least_information(Circular(), recovery) == pytest.approx(bound, abs=1e-4)


def test_dimensions_add_up_and_a_floor_limits_what_q_can_say():
    assert least_information(Uniform(size=3), 0.2) == pytest.approx(3 * least_information(Uniform(), 0.2))
    assert least_information(Bernoulli(size=2), 0.2) == pytest.approx(2 * least_information(Bernoulli(), 0.2))
    assert least_information(Uniform(min_std=2.0), 0.9) < least_information(Uniform(), 0.9) - 1
