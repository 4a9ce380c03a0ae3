import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.distributions import Bernoulli, Categorical, Uniform
from infogan_tf.figures import describe_traversal, traverse
from infogan_tf.figures.traversals import num_columns

SEED = tf.constant([1, 2], tf.int64)


def test_one_code_varies_and_everything_else_is_held_fixed(small_model):
    rows = traverse(small_model, "c2", SEED, rows=3, scale=2)
    assert rows.shape == (3, 10, 28, 28, 1)
    latents = small_model.spec.sample(3, SEED)
    for row in range(3):
        held = {name: values[row : row + 1].numpy() for name, values in latents.items()}
        expected = small_model.generate(
            codes={"c1": held["c1"], "c3": held["c3"], "c2": np.linspace(-2, 2, 10)}, noise=held["z"]
        )
        np.testing.assert_allclose(rows[row], expected, atol=1e-5)


def test_categories_run_from_left_to_right(small_model):
    rows = traverse(small_model, "c1", SEED, rows=2)
    latents = small_model.spec.sample(2, SEED)
    expected = small_model.generate(
        codes={"c1": range(10), "c2": latents["c2"][1:], "c3": latents["c3"][1:]}, noise=latents["z"][1:]
    )
    np.testing.assert_allclose(rows[1], expected, atol=1e-5)


def test_describes_what_varies(small_model):
    assert describe_traversal(small_model, "c2") == "c2: from -1 to 1"
    assert describe_traversal(small_model, "c2", scale=2) == "c2: from -2 to 2"
    assert describe_traversal(small_model, "c1") == "c1: categories 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"


def test_a_column_for_each_of_up_to_twenty_categories():
    assert [num_columns(Categorical(number)) for number in (3, 20, 21)] == [3, 20, 10]
    assert num_columns(Uniform()) == 10
    assert num_columns(Bernoulli()) == 2


def test_refuses_an_unknown_code(small_model):
    with pytest.raises(ValueError, match="no code is named 'c8'"):
        traverse(small_model, "c8", SEED)
