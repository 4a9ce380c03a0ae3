"""What users of Keras do to a model: each right, against the plain computation."""

from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf

import infogan_tf
from infogan_tf.augmentation import DigitAugmentation, PhotographAugmentation
from infogan_tf.codes import LatentSpec
from infogan_tf.losses import predicted_information
from infogan_tf.networks.discriminator import Discriminator
from infogan_tf.networks.generator import Generator
from infogan_tf.randomness import Stream, split_seed, stream_seed
from tests.tiny_models import (
    DISCRIMINATOR,
    GENERATOR,
    TINY_SPEC,
    compiled_tiny_model,
    tiny_discriminator,
    tiny_generator,
    tiny_images,
    tiny_model,
)

SGD, SCHEDULE = keras.optimizers.SGD, keras.callbacks.LearningRateScheduler


def with_sgd(kind=infogan_tf.InfoGAN, wrap=lambda optimizer: optimizer, compiling=(), optimizer=(), **arguments):
    """A tiny model whose weights move by minus a hundredth of the gradient."""
    model = tiny_model(kind, **arguments)
    model.compile(*(wrap(SGD(0.01, **dict(optimizer))) for _ in range(2)), **dict(compiling))
    return model


def fitted(model, images=None, **arguments):
    """The history of a `fit` on images in their order, in batches of 8."""
    images = tiny_images() if images is None else images
    return model.fit(images, **{"batch_size": 8, "shuffle": False, "verbose": 0} | arguments).history


def weights_of(model):
    return [weight.numpy() for weight in (*model.generator.weights, *model.discriminator.weights)]


def assert_same(weights, expected, **tolerance):
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_allclose(one, other, **{"rtol": 1e-5, "atol": 1e-6} | tolerance)


def assert_other(weights, others):
    assert all(np.any(one != other) for one, other in zip(weights, others, strict=True))


@pytest.mark.parametrize(
    "settings",
    [{}, {"update": "simultaneous"}, {"update": "simultaneous", "discriminator_batches": "joint", "max_shift": 1}],
)
@pytest.mark.parametrize("number", [1, 3])
def test_half_of_an_odd_batch_is_rounded_up(settings, number):
    """Half of one image would be none, on which oneDNN aborts the process."""
    images = tiny_images(number)
    model = with_sgd(code_augmentation=1.0, consistency=1.0, **settings)
    seed = split_seed(stream_seed(0, Stream.DISCRIMINATOR_UPDATE), 3)[1]
    seen_seed, q_seed = split_seed(seed, 2)
    half = (number + 1) // 2
    seen = model.augmentation.for_discriminator(tf.constant(images), model.max_shift, seen_seed)
    views = (seen, model.augmentation.for_codes(tf.constant(images[:half]), 1.0, q_seed))
    expected = predicted_information(*(tf.nn.softmax(model.discriminator(view)[1][:half, :3]) for view in views))
    assert float(model.apply_update(images)["consistency/kind"]) == pytest.approx(float(expected), abs=1e-5)
    assert np.isfinite(np.concatenate([weight.ravel() for weight in weights_of(model)])).all()


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": {"loss_scale_factor": 1024.0}},
        {"wrap": lambda optimizer: keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=1024.0)},
    ],
    ids=["factor", "optimizer"],
)
def test_a_loss_that_is_scaled_moves_the_weights_as_one_that_is_not(update, changes):
    plain, scaled = with_sgd(update=update), with_sgd(update=update, **changes)
    metrics, of_scaled = (model.apply_update(tiny_images(8)) for model in (plain, scaled))
    assert_same(weights_of(scaled), weights_of(plain))
    for name in ("gradient_norm/discriminator", "gradient_norm/generator"):
        assert float(of_scaled[name]) == pytest.approx(float(metrics[name]), rel=1e-5)


def test_a_step_whose_scaled_gradients_overflow_is_left_out_and_the_next_draws_other_codes():
    model = with_sgd(wrap=lambda optimizer: keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=float("inf")))
    before = weights_of(model)
    model.apply_update(tiny_images(8))
    assert_same(weights_of(model), before, rtol=0, atol=0)
    assert (int(model.updates_done), int(model.g_optimizer.iterations)) == (1, 0)


def test_accumulated_gradients_are_those_of_different_codes():
    """Against the mean gradient of two updates that move nothing."""
    model, plain = (
        with_sgd(update="simultaneous", optimizer=options) for options in ({"gradient_accumulation_steps": 2}, {})
    )
    given = []
    before = weights_of(plain)
    plain.d_optimizer.apply = plain.g_optimizer.apply = lambda gradients, variables: given.append(gradients)
    for either in (model, plain):
        for _ in range(2):
            either.apply_update(tiny_images(8))
    first, second = ([*given[start + 1], *given[start]] for start in (0, 2))
    assert_other(first, second)
    moved = [start - 0.01 * (one + other) / 2 for start, one, other in zip(before, first, second, strict=True)]
    assert_same(weights_of(model), moved)


def test_history_has_the_means_over_the_images_of_an_epoch():
    model, plain = (with_sgd(update="simultaneous") for _ in range(2))
    history = fitted(model, tiny_images(12), epochs=2)
    values = [plain.apply_update(batch) for _ in range(2) for batch in np.split(tiny_images(12), [8])]
    for value in values:
        kind, angle = (float(value[f"mutual_information/{name}"]) for name in ("kind", "angle"))
        losses = float(value["loss/discriminator"] + value["loss/generator"])
        value["loss"] = losses - 2 * (kind + 0.5 * angle)
    assert len(history) == 6
    for name, means in history.items():
        whole, rest = np.reshape([float(value[name]) for value in values], [2, 2]).T
        assert means == pytest.approx((8 * whole + 4 * rest) / 12, rel=1e-4, abs=1e-5)


def test_terminate_on_nan_does():
    class BreaksAtTheSecond(infogan_tf.InfoGAN):
        def generator_penalty(self, latents, fake_images):
            return tf.where(self.updates_done.value == 1, np.nan, 0.0)

    model = with_sgd(BreaksAtTheSecond)
    fitted(model, batch_size=4, callbacks=[keras.callbacks.TerminateOnNaN()])
    assert int(model.updates_done) == 2


def test_learning_rate_callbacks_reach_both_optimizers():
    model = tiny_model()
    model.compile(SGD(0.1), keras.optimizers.LossScaleOptimizer(SGD(0.4)))
    halved = [SCHEDULE(lambda epoch, rate: rate / 2 if epoch else rate)]
    plateau = keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.1, patience=1, min_delta=1e9)
    history = fitted(model, epochs=2, callbacks=[*halved, plateau])
    rates = [float(optimizer.learning_rate) for optimizer in (model.d_optimizer, model.g_optimizer)]
    assert rates == pytest.approx([0.005, 0.02])
    assert sum(name.startswith("learning_rate_") for name in history) == 2


@pytest.mark.parametrize("callbacks", [[], [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)]], ids=["", "swapped"])
def test_optimizers_that_average_the_weights_leave_the_averages(callbacks):
    model = with_sgd(optimizer={"use_ema": True, "ema_momentum": 0.75})
    plain, averages = with_sgd(), None
    fitted(model, epochs=2, callbacks=callbacks)
    for batch in np.split(np.concatenate([tiny_images()] * 2), 4):
        plain.apply_update(batch)
        now = weights_of(plain)
        averages = [0.75 * old + 0.25 * new for old, new in zip(averages or now, now, strict=True)]
    assert_same(weights_of(model), averages)


@pytest.fixture(params=["mixed_bfloat16", "mixed_float16"])
def policy(request):
    keras.mixed_precision.set_global_policy(request.param)
    yield request.param
    keras.mixed_precision.set_global_policy("float32")


def of_the_package(**arguments):
    return infogan_tf.InfoGAN(
        Generator(GENERATOR, TINY_SPEC.size, (8, 8, 1)),
        Discriminator(DISCRIMINATOR, (8, 8, 1), TINY_SPEC.posterior_size, leaky_slope=0.1),
        TINY_SPEC,
        **arguments,
    )


@pytest.mark.slow
@pytest.mark.parametrize("made", [of_the_package, tiny_model])
def test_networks_of_a_mixed_policy_train_nearly_as_those_of_float32(policy, made):
    settings = {"average_decay": 0.9, "code_augmentation": 1.0, "consistency": 1.0, "update": "simultaneous"}
    mixed = made(**settings)
    keras.mixed_precision.set_global_policy("float32")
    plain = made(**settings)
    plain.set_weights(mixed.get_weights())
    for model in (mixed, plain):
        model.compile(SGD(0.01), SGD(0.01))
        scales = model is mixed and policy == "mixed_float16"
        for optimizer in (model.d_optimizer, model.g_optimizer):
            assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer) == scales
            if scales:
                optimizer.dynamic_scale.assign(16.0)  # Steps would be left out until it has fallen from 32,768.
    one, other = (model.apply_update(tiny_images(8)) for model in (mixed, plain))
    assert {weight.dtype for weight in mixed.generator.weights} == {"float32"}
    for name in ("loss/total", "gradient_norm/discriminator", "gradient_norm/generator"):
        assert float(one[name]) == pytest.approx(float(other[name]), rel=0.05)
    latents = TINY_SPEC.join(TINY_SPEC.sample(4, [1, 2]))
    for model in (mixed, plain):
        fitted(model)
        assert model(latents).dtype == tf.float32
    np.testing.assert_allclose(mixed(latents), plain(latents), atol=0.05)
    got, expected = (model.infer_codes(tiny_images())["angle"].mean for model in (mixed, plain))
    np.testing.assert_allclose(got, expected, atol=0.1)


@pytest.mark.parametrize("decay", [0.0, 0.9])
def test_an_exported_model_is_its_generator(tmp_path, decay):
    model = compiled_tiny_model(average_decay=decay)
    fitted(model)
    model.export(tmp_path / "exported", verbose=False)
    latents = TINY_SPEC.join(TINY_SPEC.sample(3, [1, 2]))
    exported = tf.saved_model.load(tmp_path / "exported")
    np.testing.assert_allclose(exported.serve(latents), model(latents), atol=1e-6)


def test_hdf5_is_refused_and_leaves_no_file(tmp_path):
    model = compiled_tiny_model()
    for name in ("m.h5", "m.hdf5"):
        with pytest.raises(ValueError, match=r"^filepath must end in \.keras, or in \.weights\.h5 with [^\n]*m\.h"):
            model.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_compile_takes_how_keras_runs_and_saves_it(tmp_path):
    plain = with_sgd()
    fitted(plain)
    for compiling in ({"steps_per_execution": 2}, {"run_eagerly": True}):
        with_sgd(compiling=compiling).save(tmp_path / "model.keras")
        model = infogan_tf.load(tmp_path / "model.keras")
        for name, value in compiling.items():
            assert getattr(model, name) == value
        fitted(model)
        assert_same(weights_of(model), weights_of(plain))
    with pytest.raises(ValueError, match=r"jit_compile must be True, False or 'auto', got '1'"):
        with_sgd(compiling={"jit_compile": "1"})


@pytest.mark.slow
def test_xla_compiles_the_update_of_fit_and_images_are_still_checked(tmp_path):
    """From the same noise and codes: XLA makes other floats of the same random bits."""
    settings = {"augmentation": DigitAugmentation(probability=1), "max_shift": 1, "average_decay": 0.9}
    plain, model = with_sgd(**settings), with_sgd(**settings, compiling={"jit_compile": True})
    with mock.patch.object(LatentSpec, "sample", return_value=TINY_SPEC.sample(8, [1, 2])):
        for either in (plain, model):
            fitted(either, epochs=3)  # The fifth update moves the averaged weights.
    assert_same(weights_of(model), weights_of(plain), atol=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = infogan_tf.load(tmp_path / "model.keras")
    assert loaded.compiles_update
    with pytest.raises(ValueError, match=r"images must be floats in \[0, 1\], got values from 2 to 2; divide uint8"):
        fitted(loaded, np.full([16, 8, 8, 1], 2, np.float32))


@pytest.mark.slow
def test_xla_compiles_all_additions():
    for settings in ({}, {"augmentation": PhotographAugmentation(), "discriminator_batches": "joint"}):
        added = {
            "max_shift": 1,
            "code_augmentation": 1.0,
            "consistency": 1.0,
            "r1_gamma": 1.0,
            "update": "simultaneous",
        }
        history = fitted(with_sgd(**added | settings, compiling={"jit_compile": True}))
        assert all(np.isfinite(values).all() for values in history.values())


def test_fit_takes_the_dictionaries_and_the_bytes_of_tfds():
    images = (255 * tiny_images()).astype(np.uint8)
    plain, model = with_sgd(), with_sgd()
    fitted(plain, images.astype(np.float32) / 255)
    features = {"image": images, "label": np.arange(16), "file_name": np.array(["a.png"] * 16)}
    fitted(model, tf.data.Dataset.from_tensor_slices(features).batch(8), batch_size=None)
    assert_same(weights_of(model), weights_of(plain))
    with pytest.raises(ValueError, match="fit needs images under the key image of a dictionary, got photo, label"):
        fitted(with_sgd(), {"photo": images, "label": np.arange(16)})


def test_networks_may_give_dictionaries_and_lists():
    """A functional model gives what it was made with: here one image in a list, and D's and Q's parts by name."""
    generator, discriminator = tiny_generator(), tiny_discriminator()
    real_logits, posterior = discriminator.outputs
    listed = keras.Model(generator.inputs, list(generator.outputs))
    named = keras.Model(discriminator.inputs, {"posterior": posterior, "real_logits": real_logits})
    plain, model = with_sgd(), with_sgd(generator=listed, discriminator=named, average_decay=0.9)
    for either in (plain, model):
        either.apply_update(tiny_images(8))
    assert model.generate(num_images=2).shape == (2, 8, 8, 1)
    got, expected = (either.infer_codes(tiny_images())["kind"].probs for either in (model, plain))
    np.testing.assert_allclose(got, expected, atol=1e-6)
    other = keras.Model(discriminator.inputs, {"real_logits": real_logits, "codes": posterior})
    with pytest.raises(ValueError, match=r"got {real_logits: float32 \[1, 1\], codes: float32 \[1, 5\]}"):
        tiny_model(discriminator=other)
