import dataclasses

import pytest

from infogan_tf.building import build_model, compile_model, image_request
from infogan_tf.config import Config
from infogan_tf.errors import SettingError


@pytest.mark.parametrize(("name", "given", "own"), [("image_size", 32, 28), ("channels", 3, 1)])
def test_another_shape_than_the_networks_take_is_refused(name, given, own):
    text = rf"{name}: expected auto \({own}, which the networks of mnist take\), got {given}"
    with pytest.raises(SettingError, match=text):
        image_request(Config(**{name: given}), "embedded")
    assert image_request(Config(channels=1), "embedded").image_shape == (28, 28, 1)


def test_a_cosine_takes_both_learning_rates_to_zero_by_the_end_of_the_run():
    config = Config(max_epoch=4, generator_learning_rate=1e-3, discriminator_learning_rate=2e-4)
    model = build_model(config)
    for schedule, shares in (("constant", (1, 1, 1)), ("cosine", (1, 0.5, 0))):
        compile_model(model, dataclasses.replace(config, learning_rate_schedule=schedule))
        for step, share in zip((0, 200, 400), shares, strict=True):
            for optimizer, rate in ((model.g_optimizer, 1e-3), (model.d_optimizer, 2e-4)):
                optimizer.iterations.assign(step)
                assert float(optimizer.learning_rate) == pytest.approx(share * rate, abs=1e-9)
