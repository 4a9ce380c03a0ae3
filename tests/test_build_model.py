import pytest

from infogan_tf.build_model import image_request
from infogan_tf.config import Config
from infogan_tf.errors import SettingError


@pytest.mark.parametrize(("name", "given", "own"), [("image_size", 32, 28), ("channels", 3, 1)])
def test_another_shape_than_the_networks_take_is_refused(name, given, own):
    text = rf"{name}: expected auto \({own}, which the networks of mnist take\), got {given}"
    with pytest.raises(SettingError, match=text):
        image_request(Config(**{name: given}), "embedded")
    assert image_request(Config(channels=1), "embedded").image_shape == (28, 28, 1)
