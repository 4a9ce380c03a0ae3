import keras
import numpy as np
import tensorflow as tf

from infogan_tf.optimizers import FusedAdam


def test_same_numbers_as_keras_adam():
    rng = np.random.default_rng(0)
    shapes = [(5, 3), (7,)]
    start = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    gradients = [[rng.normal(size=shape).astype(np.float32) for shape in shapes] for _ in range(5)]
    results = []
    for optimizer in (
        FusedAdam(1e-2),
        keras.optimizers.Adam(1e-2, beta_1=0.5, beta_2=0.999, epsilon=1e-8),
    ):
        variables = [keras.Variable(value) for value in start]
        optimizer.build(variables)
        for grads in gradients:
            _apply_in_graph(optimizer, variables, grads)
        assert int(optimizer.iterations) == 5
        results.append([variable.numpy() for variable in (*variables, *optimizer.variables[2:])])
    assert len(results[0]) == 6
    for ours, reference in zip(*results, strict=True):
        np.testing.assert_allclose(ours, reference, rtol=2e-5, atol=1e-7)


def _apply_in_graph(optimizer, variables, gradients):
    tf.function(lambda: optimizer.apply([tf.constant(g) for g in gradients], variables))()
