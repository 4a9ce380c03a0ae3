import math

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Categorical, Uniform
from infogan_tf.randomness import Stream, stream_seed

SEED = stream_seed(1, Stream.GENERATE, 2)
SPEC = LatentSpec(
    (
        LatentCode("z", Uniform(size=3), regularized=False),
        LatentCode("c1", Categorical(4)),
        LatentCode("c2", Uniform(), weight=0.1),
        LatentCode("extra", Uniform(size=2), regularized=False),
    )
)


def test_split_undoes_join_and_equal_latents_are_independent():
    latents = SPEC.sample(2000, SEED)
    assert SPEC.join(latents).shape == (2000, 10)
    assert (SPEC.size, SPEC.noise_size, SPEC.posterior_size) == (10, 5, 6)
    for name, values in SPEC.split(SPEC.join(latents)).items():
        np.testing.assert_array_equal(values, latents[name])
    assert abs(np.corrcoef(latents["z"][:, 0], latents["c2"][:, 0])[0, 1]) < 0.1


def test_every_sample_has_every_value_of_the_code_that_varies():
    latents = SPEC.sample(2, SEED)
    varied = SPEC.vary("c2", latents, tf.constant([[-1.0], [0.0], [1.0]]))
    np.testing.assert_array_equal(varied["c2"][:, 0], [-1, 0, 1, -1, 0, 1])
    for name in ("z", "c1", "extra"):
        np.testing.assert_array_equal(varied[name], np.repeat(latents[name], 3, axis=0))


def test_posterior_is_split_by_name_in_order():
    flat = tf.range(12, dtype=tf.float32)[None] / 10
    params = SPEC.split_posterior(flat[:, :6])
    np.testing.assert_allclose(params["c1"].logits, flat[:, :4])
    np.testing.assert_allclose(params["c2"].mean, [[0.4]])
    np.testing.assert_allclose(params["c2"].std, [[0.05 + math.exp(0.5)]], rtol=1e-6)


def test_noise_is_split_by_name():
    parts = SPEC.encode_noise(np.arange(5)[None])
    np.testing.assert_array_equal(parts["z"], [[0, 1, 2]])
    np.testing.assert_array_equal(parts["extra"], [[3, 4]])


@pytest.mark.parametrize(
    ("codes", "text"),
    [
        ({"c1": 4}, "code c1: a value of Categorical"),
        ({"c9": 0}, "no code is named 'c9'; the codes are c1, c2"),
        ([1, 2], r"codes must be given by name, such as .*, got \[1, 2\]"),
    ],
)
def test_encode_names_what_is_wrong(codes, text):
    with pytest.raises(ValueError, match=text):
        SPEC.encode(codes)


def test_prints_itself_as_a_table():
    lines = [line.split() for line in str(SPEC).splitlines()]
    assert lines[0] == ["name", "prior", "posterior", "size", "regularized", "weight"]
    assert lines[2] == ["z", "Uniform(-1,", "1)", "-", "3", "no", "-"]
    assert lines[3] == ["c1", "Categorical(4)", "Categorical", "4", "yes", "1"]


NOISE = LatentCode("z", Uniform(), regularized=False)
CODE = LatentCode("c", Uniform())


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"name": "c 1"}, "name of a latent code must be letters, digits and underscores, .*, got 'c 1'"),
        ({"name": "total"}, "name of a latent code must be .* none of total, samples, factors, got 'total'"),
        ({"distribution": 10}, "distribution of c must be a Distribution, got 10"),
        ({"regularized": "no"}, "regularized of c must be True or False, got 'no'"),
        ({"weight": -1}, "weight of c must be a number >= 0, got -1"),
    ],
)
def test_refuses_bad_codes(arguments, text):
    with pytest.raises(ValueError, match=text):
        LatentCode(**{"name": "c", "distribution": Uniform(), **arguments})


@pytest.mark.parametrize("latents", [3, (Uniform(),), (NOISE,), (CODE, CODE)], ids=str)
def test_refuses_what_are_no_codes(latents):
    with pytest.raises(ValueError, match=r"latents must (be LatentCodes|have different names and hold a regularized)"):
        LatentSpec(latents)


@pytest.mark.parametrize("noise", ["a", [[1], [1, 2]], np.full([1, 5], 1e39), np.zeros([2, 4]), np.zeros([0, 5])])
def test_refuses_noise_that_does_not_fit(noise):
    with pytest.raises(ValueError, match=r"noise must (be made of numbers|be finite|have shape \[batch, 5\]), got"):
        SPEC.encode_noise(noise)
