import math

import numpy as np
import pytest
import tensorflow as tf

from infogan_tf.codes import LatentCode, LatentSpec
from infogan_tf.distributions import Categorical, Uniform

SEED = tf.constant([1, 2], tf.int64)
SPEC = LatentSpec(
    (
        LatentCode("z", Uniform(size=3), regularized=False),
        LatentCode("c1", Categorical(4)),
        LatentCode("c2", Uniform(), weight=0.1),
        LatentCode("extra", Uniform(size=2), regularized=False),
    )
)


def test_sizes():
    assert (SPEC.size, SPEC.noise_size, SPEC.posterior_size) == (10, 5, 6)
    assert [code.name for code in SPEC.codes] == ["c1", "c2"]
    assert [noise.name for noise in SPEC.noise] == ["z", "extra"]


def test_split_undoes_join():
    latents = SPEC.sample(5, SEED)
    joined = SPEC.join(latents)
    assert joined.shape == (5, 10)
    for name, values in SPEC.split(joined).items():
        np.testing.assert_array_equal(values, latents[name])


def test_every_sample_has_every_value_of_the_code_that_varies():
    latents = SPEC.sample(2, SEED)
    varied = SPEC.vary("c2", latents, tf.constant([[-1.0], [0.0], [1.0]]))
    np.testing.assert_array_equal(varied["c2"][:, 0], [-1, 0, 1, -1, 0, 1])
    for name in ("z", "c1", "extra"):
        np.testing.assert_array_equal(varied[name], np.repeat(latents[name], 3, axis=0))


def test_latents_of_the_same_kind_are_sampled_independently():
    spec = LatentSpec((LatentCode("c2", Uniform()), LatentCode("c3", Uniform())))
    latents = spec.sample(5000, SEED)
    correlation = np.corrcoef(latents["c2"][:, 0], latents["c3"][:, 0])[0, 1]
    assert abs(correlation) < 0.05


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


@pytest.mark.parametrize("noise", [np.zeros([5]), np.zeros([2, 4]), np.zeros([0, 5])])
def test_refuses_noise_of_another_shape(noise):
    with pytest.raises(ValueError, match=r"noise must have shape \[batch, 5\], got"):
        SPEC.encode_noise(noise)


def test_encode_names_the_code_that_is_wrong():
    with pytest.raises(ValueError, match="code c1: a value of Categorical"):
        SPEC.encode({"c1": 4})
    with pytest.raises(ValueError, match="no code is named 'c9'; the codes are c1, c2"):
        SPEC.encode({"c9": 0})
    with pytest.raises(ValueError, match="no code is named 'z'"):
        SPEC.encode({"z": 0})


def test_prints_itself_as_a_table():
    lines = str(SPEC).splitlines()
    assert lines[0].split() == ["name", "prior", "posterior", "size", "regularized", "weight"]
    assert lines[2].split() == ["z", "Uniform(-1,", "1)", "-", "3", "no", "-"]
    assert lines[3].split() == ["c1", "Categorical(4)", "Categorical", "4", "yes", "1"]
    assert lines[4].startswith("c2     Uniform(-1, 1)  Gaussian(std learned, at least 0.05)  1     yes")
    assert lines[4].endswith("0.1")


def test_refuses_bad_codes():
    with pytest.raises(ValueError, match="name of a latent code must be letters, digits and underscores, got 'c 1'"):
        LatentCode("c 1", Uniform())
    with pytest.raises(ValueError, match="name of a latent code must be none of total, samples, got 'total'"):
        LatentCode("total", Uniform())
    with pytest.raises(ValueError, match="distribution of c1 must be a Distribution, got 10"):
        LatentCode("c1", 10)
    with pytest.raises(ValueError, match="weight of c1 must be a number >= 0, got -1"):
        LatentCode("c1", Uniform(), weight=-1)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"name": 3}, "name of a latent code must be letters, digits and underscores, got 3"),
        ({"weight": "a"}, "weight of c must be a number >= 0, got 'a'"),
        ({"weight": None}, "weight of c must be a number >= 0, got None"),
        ({"weight": math.nan}, "weight of c must be a number >= 0, got nan"),
        ({"weight": True}, "weight of c must be a number >= 0, got True"),
        ({"regularized": "no"}, "regularized of c must be True or False, got 'no'"),
        ({"regularized": None}, "regularized of c must be True or False, got None"),
    ],
)
def test_refuses_arguments_of_another_kind(arguments, text):
    with pytest.raises(ValueError, match=text):
        LatentCode(**{"name": "c", "distribution": Uniform(), **arguments})


@pytest.mark.parametrize("latents", [None, 3, LatentCode("c", Uniform()), (Uniform(),), "c1"])
def test_refuses_what_are_no_codes(latents):
    with pytest.raises(ValueError, match="latents must be LatentCodes, got "):
        LatentSpec(latents)


def test_a_code_and_a_spec_read_as_written():
    code = LatentCode("c", Uniform(size=2), weight=np.float64(0.5))
    assert type(code.weight) is float
    names = {"LatentCode": LatentCode, "LatentSpec": LatentSpec, "Uniform": Uniform}
    spec = eval(repr(LatentSpec((code,))), names)
    assert repr(spec) == repr(LatentSpec((code,)))
    assert spec.code("c").weight == 0.5


@pytest.mark.parametrize("noise", [None, "a", [[1], [1, 2]], np.full([1, 5], 1e39), np.full([1, 5], 1j)])
def test_refuses_noise_that_is_no_array_of_numbers(noise):
    with pytest.raises(ValueError, match=r"noise must (be an array of numbers \[batch, 5\], got|be finite|have shape)"):
        SPEC.encode_noise(noise)


def test_refuses_missing_and_repeated_names_and_noise_alone():
    with pytest.raises(ValueError, match="must hold at least one regularized code, got only noise: z"):
        LatentSpec((LatentCode("z", Uniform(), regularized=False),))
    with pytest.raises(ValueError, match="one or more with different names"):
        LatentSpec(())
    with pytest.raises(ValueError, match=r"different names, got \['c', 'c'\]"):
        LatentSpec((LatentCode("c", Uniform()), LatentCode("c", Uniform())))
