import importlib.metadata

import pytest

import infogan_tf.data


def test_every_name_can_be_had_and_no_other():
    for name in infogan_tf.__all__:
        assert getattr(infogan_tf, name).__name__ == name
    assert set(infogan_tf.__all__) <= set(dir(infogan_tf))
    with pytest.raises(AttributeError, match="module 'infogan_tf' has no attribute 'nothing'"):
        infogan_tf.nothing  # noqa: B018


def test_images_are_loaded_by_names_of_the_data_package():
    assert (
        infogan_tf.data.load_images.__module__ == infogan_tf.data.ImageRequest.__module__ == "infogan_tf.data.sources"
    )
    with pytest.raises(AttributeError, match=r"module 'infogan_tf\.data' has no attribute 'nothing'"):
        infogan_tf.data.nothing  # noqa: B018


def test_version_is_the_packages():
    assert importlib.metadata.version("infogan_tf") == infogan_tf.__version__
