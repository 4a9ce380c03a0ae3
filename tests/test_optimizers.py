import keras
import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.optimizers import FusedAdam

SHAPES = [(5, 3), (7,)]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weight_decay": 0.1},
        {"global_clipnorm": 0.5},
        {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2},
        {"gradient_accumulation_steps": 2},
        {"learning_rate": keras.optimizers.schedules.ExponentialDecay(1e-2, 2, 0.5)},
    ],
    ids=lambda options: "-".join(options) or "defaults",
)
def test_same_numbers_as_keras_adam(options):
    rng = np.random.default_rng(0)
    start, *gradients = ([rng.normal(size=shape).astype(np.float32) for shape in SHAPES] for _ in range(6))
    results = []
    for adam in (FusedAdam, keras.optimizers.Adam):
        optimizer = adam(**{"learning_rate": 1e-2, "beta_1": 0.5, "beta_2": 0.999, "epsilon": 1e-8, **options})
        variables = [keras.Variable(value) for value in start]
        optimizer.build(variables)
        for values in gradients:
            optimizer.apply([tf.constant(value) for value in values], variables)
        results.append([variable.numpy() for variable in (*variables, *optimizer.variables)])
    assert len(results[0]) >= 7
    for ours, reference in zip(*results, strict=True):
        np.testing.assert_allclose(ours, reference, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize(
    "arguments",
    [*({"learning_rate": rate} for rate in ("fast", float("nan"), -1e-3, None)), {"learning_rate": 1, "amsgrad": True}],
)
def test_a_wrong_learning_rate_and_amsgrad_are_refused(arguments):
    with pytest.raises(ValueError, match=r"(learning_rate|amsgrad) of FusedAdam must be .*, got"):
        FusedAdam(**arguments)
