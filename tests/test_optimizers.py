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
        {"clipnorm": 0.5},
        {"clipvalue": 0.3},
        {"global_clipnorm": 0.5},
        {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2},
        {"gradient_accumulation_steps": 2},
        {"loss_scale_factor": 4.0},
        {"learning_rate": keras.optimizers.schedules.ExponentialDecay(1e-2, 2, 0.5)},
        {"amsgrad": False},
    ],
    ids=lambda options: "-".join(options) or "defaults",
)
def test_same_numbers_as_keras_adam(options):
    rng = np.random.default_rng(0)
    start = [rng.normal(size=shape).astype(np.float32) for shape in SHAPES]
    gradients = [[rng.normal(size=shape).astype(np.float32) for shape in SHAPES] for _ in range(5)]
    results = []
    for adam, defaults in (
        (FusedAdam, {}),
        (keras.optimizers.Adam, {"beta_1": 0.5, "beta_2": 0.999, "epsilon": 1e-8}),
    ):
        optimizer = adam(**{"learning_rate": 1e-2, **defaults, **options})
        variables = [keras.Variable(value) for value in start]
        optimizer.build(variables)
        apply = _apply_in_graph(optimizer, variables)
        for grads in gradients:
            apply([tf.constant(gradient) for gradient in grads])
        results.append([variable.numpy() for variable in (*variables, *optimizer.variables)])
    assert len(results[0]) >= 7
    for ours, reference in zip(*results, strict=True):
        np.testing.assert_allclose(ours, reference, rtol=2e-5, atol=1e-7)


def _apply_in_graph(optimizer, variables):
    return tf.function(lambda gradients: optimizer.apply(gradients, variables))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"amsgrad": True}, "amsgrad must be False, got True; keras.optimizers.Adam has it"),
        ({"learning_rate": "fast"}, "learning_rate must be a number >= 0, got 'fast'"),
        ({"learning_rate": float("nan")}, "learning_rate must be a number >= 0, got nan"),
        ({"learning_rate": -1e-3}, "learning_rate must be a number >= 0, got -0.001"),
        ({"learning_rate": None}, "learning_rate must be a number >= 0, got None"),
        ({"beta_1": 1.0}, "beta_1 must be a number >= 0 and < 1, got 1.0"),
        ({"beta_2": float("nan")}, "beta_2 must be a number >= 0 and < 1, got nan"),
        ({"beta_2": "a"}, "beta_2 must be a number >= 0 and < 1, got 'a'"),
        ({"epsilon": 0.0}, "epsilon must be a number > 0, got 0.0"),
        ({"epsilon": None}, "epsilon must be a number > 0, got None"),
    ],
    ids=str,
)
def test_refuses_what_it_can_not_do(options, text):
    with pytest.raises(ValueError, match=f"FusedAdam: {text}"):
        FusedAdam(**{"learning_rate": 1e-3, **options})


def test_takes_numpy_numbers_and_integers():
    assert float(FusedAdam(np.float32(0.5)).learning_rate) == 0.5
    assert float(FusedAdam(1).learning_rate) == 1.0
