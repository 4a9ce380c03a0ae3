import importlib.metadata

import pytest

import infogan_tf


def test_every_name_can_be_had():
    for name in infogan_tf.__all__:
        assert getattr(infogan_tf, name).__name__ == name
    assert isinstance(infogan_tf.presets("mnist")["best"], infogan_tf.Config)
    assert set(infogan_tf.__all__) <= set(dir(infogan_tf))


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'infogan_tf' has no attribute 'nothing'"):
        infogan_tf.nothing  # noqa: B018


def test_version_is_the_packages():
    assert importlib.metadata.version("infogan_tf") == infogan_tf.__version__
