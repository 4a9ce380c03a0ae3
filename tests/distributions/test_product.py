import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.distributions import Categorical, Product, Uniform


def test_sizes_and_entropy_add_up():
    product = Product([Categorical(4), Uniform(size=2)])
    assert product.event_size == 6
    assert product.param_size == 8
    assert product.entropy() == pytest.approx(Categorical(4).entropy() + Uniform(size=2).entropy())


def test_scores_are_sums_over_components():
    first, second = Categorical(4), Uniform()
    product = Product([first, second])
    codes = product.sample(5, tf.constant([1, 2]))
    flat = tf.constant(np.random.default_rng(0).normal(size=[5, product.param_size]), tf.float32)
    expected = first.posterior_log_prob(codes[:, :4], first.posterior(flat[:, :4]))
    expected += second.posterior_log_prob(codes[:, 4:], second.posterior(flat[:, 4:]))
    np.testing.assert_allclose(product.posterior_log_prob(codes, product.posterior(flat)), expected, rtol=1e-6)


def test_components_are_sampled_independently():
    codes = Product([Uniform(), Uniform()]).sample(5000, tf.constant([1, 2])).numpy()
    assert abs(np.corrcoef(codes.T)[0, 1]) < 0.05


def test_encodes_one_entry_a_component():
    product = Product([Categorical(3), Uniform()])
    np.testing.assert_array_equal(product.encode([2, 1.5]), [[0, 0, 1, 1.5]])
    np.testing.assert_array_equal(product.encode([2, [1, -1]]), [[0, 0, 1, 1], [0, 0, 1, -1]])


@pytest.mark.parametrize("value", [3, [1], [1, 2, 3], np.zeros([2, 3])])
def test_refuses_what_does_not_fit(value):
    with pytest.raises(ValueError, match=r"must be a list of 2 entries or an array of shape \[batch, 4\]"):
        Product([Categorical(3), Uniform()]).encode(value)


def test_refuses_entries_of_different_lengths():
    with pytest.raises(ValueError, match=r"must agree in length, got lengths \[2, 3\]"):
        Product([Categorical(3), Uniform()]).encode([[0, 1], [1, 2, 3]])


def test_reads_as_written():
    assert repr(Product([Categorical(4), Uniform(size=2)])) == "Product([Categorical(4), Uniform(-1, 1, size=2)])"


@pytest.mark.parametrize("components", [[], [3], None, Uniform(), "ab"])
def test_refuses_what_are_no_distributions(components):
    with pytest.raises(ValueError, match="components must be one or more distributions"):
        Product(components)
