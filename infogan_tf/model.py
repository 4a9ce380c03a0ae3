"""InfoGAN as a Keras model."""

import inspect
import re
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from infogan_tf import losses, runtime
from infogan_tf.augmentation import Augmentation, DigitAugmentation
from infogan_tf.codes import LatentSpec
from infogan_tf.data.batches import floats
from infogan_tf.figures import pictures, traversals
from infogan_tf.networks.averaged import AveragedNetwork
from infogan_tf.networks.contract import call_discriminator, call_generator, check_networks
from infogan_tf.networks.layers import frozen_moving_averages
from infogan_tf.optimizers import BothOptimizers, made_for
from infogan_tf.options import Choice, check_integer, check_number, checked
from infogan_tf.randomness import Seed, Stream, stream_seed
from infogan_tf.update import alternating_update, simultaneous_update

BATCHES = Choice("separate", "joint")
UPDATES = {"alternating": alternating_update, "simultaneous": simultaneous_update}
NO_IMAGES = "each batch must have an image for each device, got one without; drop_remainder=True leaves it out"
NO_VALIDATION = "a GAN has no validation loss; infogan evaluate measures a trained run"


@keras.saving.register_keras_serializable("infogan_tf")
class InfoGAN(keras.Model):
    """A generator, and a discriminator that shares its body with Q (paper, sections 5 and 6).

    D's optimizer trains the body, D's head and Q; G's trains G. Images are `[batch, height, width, channels]`, floats
    in [0, 1] or uint8. Any two Keras networks will do that keep this contract, of any precision (`mixed_float16`):

    - the generator maps latents `[batch, spec.size]`, joined in the order of the spec, to images in [0, 1];
    - the discriminator maps images to `DiscriminatorOutput(real_logits, posterior)`, to such a pair, or to a dictionary
      with these names: the log-odds that an image is real, `[batch, 1]`, and Q's raw output `[batch,
      spec.posterior_size]`, from which `spec.split_posterior` makes each code's posterior: no softmax, no sigmoid, no
      exponential.

    A subclass changes the adversarial losses by `discriminator_loss` and `generator_loss`, and adds to what is
    minimized by `discriminator_penalty` and `generator_penalty` (docs/extending.md).

    Args:
        generator: G.
        discriminator: D and Q.
        spec: the codes and the noise.
        info_reg_coeff: lambda, the weight of the mutual information, >= 0; multiplied by each code's own weight.
        augmentation: the kind of images, and so what they may be changed by; `DigitAugmentation()` by default.
        max_shift: D sees images, real and fake, augmented, with shifts of up to this many pixels; 0: as they are.
        code_augmentation: strength of the augmentation of images from which Q predicts the categorical codes; 0: none.
            The bound on their mutual information is then looser than the paper's: it is one on I(c; T(x)) of augmented
            images T(x), which is at most I(c; x).
        consistency: weight, >= 0, of what D and Q maximize besides: `losses.predicted_information` of Q's predictions
            from real images and from augmented copies of them. Half of the augmented images are then real.
        average_decay: `generate` and the model itself use an exponential moving average of G's weights with this
            decay, from 0 to 0.9999; 0 makes them use the weights of the last update.
        r1_gamma: gamma, >= 0, of R1: gamma / 2 times the mean squared norm of D's gradient at real images (Mescheder et
            al. 2018, equation 9), added to what D minimizes. D should then have no batch norm, which joins the images
            of a batch. 0: none.
        seed: an integer >= 0; with the number of the update, decides all randomness of training.
        update: `alternating` or `simultaneous`, as in `update.py`.
        discriminator_batches: `separate` passes real and generated images through D one after the other, as in the
            original code; its batch norm then hides by how much they differ in brightness and contrast. `joint` passes
            them as one batch, which shows it; only where `update` is `simultaneous`.

    Raises:
        ValueError: the networks do not keep the contract, or an argument, which is named, is none of these.

    >>> from infogan_tf.build_model import build_model
    >>> from infogan_tf.config import Config
    >>> model = build_model(Config(experiment="mnist", width=0.1))
    >>> images = model.generate(codes={"c1": 3, "c2": [-1.5, 1.5]}, seed=1)
    >>> images.shape, model.infer_codes(images)["c1"].probs.shape
    (TensorShape([2, 28, 28, 1]), TensorShape([2, 10]))
    >>> model.to_grid(model.traverse("c2", rows=3)).size
    (560, 168)
    >>> model.interpolate({"c1": 3}, {"c1": 8}, rows=2, columns=5).shape
    TensorShape([2, 5, 28, 28, 1])
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        spec: LatentSpec,
        info_reg_coeff: float = 1.0,
        augmentation: Augmentation | None = None,
        max_shift: int = 0,
        code_augmentation: float = 0.0,
        consistency: float = 0.0,
        average_decay: float = 0.0,
        r1_gamma: float = 0.0,
        seed: int = 0,
        update: str = "alternating",
        discriminator_batches: str = "separate",
    ):
        super().__init__(name="infogan", dtype="float32")  # Whatever the networks compute with.
        self.image_shape = check_networks(generator, discriminator, spec)
        self.generator = generator
        self.discriminator = discriminator
        self.spec = spec
        self.info_reg_coeff = check_number("info_reg_coeff", info_reg_coeff)
        self.augmentation = DigitAugmentation() if augmentation is None else augmentation
        if not isinstance(self.augmentation, Augmentation):
            raise ValueError(f"augmentation must be an Augmentation, got {augmentation!r}")
        self.max_shift = check_integer("max_shift", max_shift, 0)
        self.code_augmentation = check_number("code_augmentation", code_augmentation)
        self.consistency = check_number("consistency", consistency)
        self.average_decay = check_number("average_decay", average_decay, maximum=0.9999)
        self.r1_gamma = check_number("r1_gamma", r1_gamma)
        self.seed = check_integer("seed", seed, 0)
        self.update = checked("update", update, Choice(*UPDATES))
        self.discriminator_batches = checked("discriminator_batches", discriminator_batches, BATCHES)
        self.augmented_codes = [code.name for code in spec.categorical_codes] if code_augmentation else []
        if code_augmentation and not self.augmented_codes:
            raise ValueError(f"code_augmentation must be 0 where no code is categorical, got {code_augmentation!r}")
        if consistency and not code_augmentation:
            raise ValueError(f"consistency must be 0 where code_augmentation is 0, got {consistency!r}")
        if discriminator_batches == "joint" and update != "simultaneous":
            raise ValueError(f"discriminator_batches must be separate where update is {update}, got 'joint'")
        self.averaged_generator = AveragedNetwork(generator, average_decay) if average_decay else None
        # Decides the randomness of an update. An optimizer's own count stands still while it accumulates gradients.
        counter = {"dtype": "int64", "trainable": False, "aggregation": "only_first_replica"}
        self.updates_done = self.add_weight(name="updates_done", shape=(), initializer="zeros", **counter)
        bounds = [f"mutual_information/{name}" for name in (*(code.name for code in spec.codes), "total")]
        # What `fit` shows, by tag; Keras' callbacks know the total as `loss`.
        names = {"loss/total": "loss"} | {tag: tag for tag in ("loss/discriminator", "loss/generator", *bounds)}
        self._means = {tag: keras.metrics.Mean(name) for tag, name in names.items()}
        self.built = True

    def call(self, latents: tf.Tensor, training: bool = False) -> tf.Tensor:
        """G alone: latents `[batch, spec.size]` to images, with the averaged weights if there are any."""
        if self.averaged_generator is None or training:
            return call_generator(self.generator, latents, training=training)
        return call_generator(self.averaged_generator, latents)

    def compile(
        self,
        d_optimizer: keras.optimizers.Optimizer,
        g_optimizer: keras.optimizers.Optimizer,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
    ):
        """Sets the optimizers of D (with Q) and of G, two different objects, and makes their state.

        The other arguments are those of `keras.Model.compile`. An optimizer of a network of `mixed_float16` becomes the
        `inner_optimizer` of a `LossScaleOptimizer`, unless `auto_scale_loss` is False. `optimizer` has both, for
        callbacks. If `jit_compile` is True, XLA compiles the update, which takes tens of seconds; "auto" is False.
        ValueError for True where several devices train together, whose gradients XLA can't exchange.
        """
        for name, optimizer in (("d_optimizer", d_optimizer), ("g_optimizer", g_optimizer)):
            if not isinstance(optimizer, keras.optimizers.Optimizer):
                raise ValueError(f"{name} must be a keras.optimizers.Optimizer, got {optimizer!r}")
        if d_optimizer is g_optimizer:
            raise ValueError("d_optimizer and g_optimizer must be two objects, got the same one twice")
        if jit_compile not in (True, False, "auto"):
            raise ValueError(f"jit_compile must be True, False or 'auto', got {jit_compile!r}")
        if jit_compile is True and tf.distribute.get_strategy().num_replicas_in_sync > 1:
            raise ValueError("jit_compile must be False or 'auto' where several devices train together, got True")
        # The update alone, not what checks images and reports what is wrong with them, which XLA can't.
        self.compiles_update = jit_compile is True
        self._compiled_update = self._apply_update
        if self.compiles_update:  # Behind a method, or `export` would save it.
            self._compiled_update = tf.function(self._apply_update, autograph=False, jit_compile=True).__call__
        super().compile(None, run_eagerly=run_eagerly, steps_per_execution=steps_per_execution, jit_compile=False)
        self.d_optimizer = made_for(self.discriminator, d_optimizer, auto_scale_loss)
        self.g_optimizer = made_for(self.generator, g_optimizer, auto_scale_loss)
        self.optimizer = BothOptimizers(self.d_optimizer, self.g_optimizer, self.updates_done)

    def get_config(self) -> dict[str, Any]:
        arguments = list(inspect.signature(InfoGAN.__init__).parameters)[1:]
        return {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in arguments}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "InfoGAN":
        return cls(**{name: keras.saving.deserialize_keras_object(value) for name, value in config.items()})

    def get_compile_config(self) -> dict[str, Any] | None:
        if not self.compiled:
            return None
        optimizers = {"d_optimizer": self.d_optimizer, "g_optimizer": self.g_optimizer}
        arguments = {"run_eagerly": self.run_eagerly, "steps_per_execution": self.steps_per_execution}
        # The optimizers that scale the loss already do.
        arguments |= {"jit_compile": self.compiles_update, "auto_scale_loss": False}
        return keras.saving.serialize_keras_object(optimizers | arguments)

    def compile_from_config(self, config: dict[str, Any]):
        self.compile(**keras.saving.deserialize_keras_object(config))

    def save(self, filepath: Any, *args: Any, **kwargs: Any):
        """Saves as `keras.Model.save` does, to a `.keras` file; ValueError for HDF5, which takes one optimizer."""
        if str(filepath).endswith((".h5", ".hdf5")):
            raise ValueError(f"filepath must end in .keras, or in .weights.h5 with save_weights, got {filepath}")
        super().save(filepath, *args, **kwargs)

    def export(self, *args: Any, **kwargs: Any):
        """Exports G alone as `keras.Model.export` does, with the averaged weights if there are any.

        It takes latents, float32 `[batch, spec.size]`. `infogan export` also writes Q, and the names of the codes.
        """
        signature = [keras.InputSpec(shape=(None, self.spec.size), dtype="float32")]
        super().export(*args, **{"input_signature": signature, **kwargs})

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return list(self._means.values())

    def fit(self, x: Any = None, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        """Trains as `keras.Model.fit` does; takes the same arguments, except those of a validation.

        `x` are images, floats in [0, 1] or uint8, as an array or in any form of data set that Keras takes, such as the
        dictionaries of TFDS, with images under `image`; labels and weights beside them are ignored. The progress bar
        and the history have means over an epoch's images: of the losses of D and G, of the mutual information of each
        code, and of `loss`, what both minimize, added. ValueError if images have another type, shape or range, if a
        batch has none (for one of several devices), or if a validation is asked for.
        """
        if x is None:
            raise ValueError("fit needs images or a data set of images, got none")
        if kwargs.get("validation_data") is not None or kwargs.get("validation_split"):
            raise ValueError(f"fit takes no validation_data and no validation_split: {NO_VALIDATION}")
        try:
            with runtime.without_failing_pass():
                history = super().fit(x, *args, **kwargs)
        except tf.errors.InvalidArgumentError as error:
            # What a check of the images said inside a graph, without the lines that TensorFlow adds to it.
            if refusal := re.search(f"images must be floats in .* by 255|{NO_IMAGES}", error.message):
                raise ValueError(refusal[0]) from None
            if shape := re.search(r"Shape of tensor \S+ (\[[\d,]*\]) is not compatible with expected", error.message):
                raise ValueError(f"{self._expected_images}, got {shape[1]}") from None
            raise
        if history.epoch:  # Optimizers with `use_ema` have their averages by then.
            self.d_optimizer.finalize_variable_values(self.discriminator.trainable_variables)
            self.g_optimizer.finalize_variable_values(self.generator.trainable_variables)
        return history

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One update in Keras' form: checks the range of the images and returns what `fit` shows."""
        data = keras.utils.unpack_x_y_sample_weight(data)[0]
        if isinstance(data, Mapping) and "image" not in data:
            raise ValueError(f"fit needs images under the key image of a dictionary, got {', '.join(data)}")
        real_images = self._checked_images(data["image"] if isinstance(data, Mapping) else data)
        checks = _range_checks(real_images) + _check(tf.shape(real_images)[0] > 0, tf.constant(NO_IMAGES))
        with tf.control_dependencies(checks):
            metrics = self.apply_update(real_images)
        for tag, mean in self._means.items():
            mean.update_state(metrics[tag], sample_weight=tf.shape(real_images)[0])
        return {mean.name: mean.result() for mean in self._means.values()}

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Refused, and with it `evaluate`: a GAN has no validation loss."""
        raise NotImplementedError(f"evaluate is not supported: {NO_VALIDATION}")

    def apply_update(self, real_images: tf.Tensor) -> dict[str, tf.Tensor]:
        """One update of D, Q and G; `update.py` has it, and says what comes back.

        On several devices (`tf.distribute.MirroredStrategy`) each has its part of the batch, draws noise and codes of
        its own, and normalizes its part by itself; gradients are averaged over the devices. Metrics are those of the
        device's own part. The range of the images is not checked.
        """
        if not self.compiled:
            raise RuntimeError("compile(d_optimizer, g_optimizer) must be called before the first update")
        if tf.distribute.in_cross_replica_context():
            raise RuntimeError("under a strategy, updates must be run by strategy.run or fit")
        return self._compiled_update(self._checked_images(real_images))

    def _apply_update(self, real_images: tf.Tensor) -> dict[str, tf.Tensor]:
        metrics = UPDATES[self.update](self, real_images)
        self.updates_done.assign_add(1)
        if self.averaged_generator is not None:
            self.averaged_generator.update(self.updates_done.value)
        return metrics

    # What a subclass changes. All four run inside of the tape of the update, so that gradients pass through them.

    def discriminator_loss(self, real_logits: tf.Tensor, fake_logits: tf.Tensor) -> tf.Tensor:
        """D's adversarial loss, a scalar, from log-odds `[batch, 1]` that images are real (paper, equation 1)."""
        return losses.discriminator_loss(real_logits, fake_logits)

    def generator_loss(self, fake_logits: tf.Tensor) -> tf.Tensor:
        """G's adversarial loss, a scalar, from log-odds `[batch, 1]`: the non-saturating one of the original code."""
        return losses.generator_loss(fake_logits)

    def discriminator_penalty(self, real_images: tf.Tensor, fake_images: tf.Tensor) -> tf.Tensor | None:
        """A scalar that is added to what D and Q minimize: R1, or what a subclass makes; None for none.

        Both are `[batch, height, width, channels]`, as D saw them.
        """
        if not self.r1_gamma:
            return None
        squared_norms = tf.reduce_sum(self.gradient_at(real_images) ** 2, axis=[1, 2, 3])
        return self.r1_gamma / 2 * tf.reduce_mean(squared_norms)

    def generator_penalty(self, latents: Mapping[str, tf.Tensor], fake_images: tf.Tensor) -> tf.Tensor | None:
        """The same for G; noise and codes by name are `[batch, event_size]`."""
        return None

    def gradient_at(self, images: tf.Tensor) -> tf.Tensor:
        """The gradient, at images, of D's log-odds that they are real, from which penalties such as R1 are made.

        D sees the images a second time, as in training, and its moving averages don't. Both are `[batch, height,
        width, channels]`.
        """
        with frozen_moving_averages(self.discriminator), tf.GradientTape() as tape:
            tape.watch(images)
            real_logits, _ = call_discriminator(self.discriminator, images, training=True)
        return tape.gradient(real_logits, images)

    def generate(
        self,
        codes: Mapping[str, Any] | None = None,
        noise: Any = None,
        num_images: int | None = None,
        seed: int | None = None,
    ) -> tf.Tensor:
        """Makes images; whatever is not given is sampled.

        Args:
            codes: by name, one value for all images or one for each: `{"c1": 3, "c2": [-2, 0, 2]}`. Categories are
                numbers or one-hot rows `[batch, K]`, circular codes angles in degrees. Values outside the prior's range
                are allowed: codes extrapolate, and angles go around.
            noise: `[batch, noise_size]`.
            num_images: how many; otherwise as many as the longest of codes and noise has.
            seed: an integer >= 0, decides what is sampled; a new draw each time when None.

        Returns:
            Images `[batch, height, width, channels]` in [0, 1]. ValueError if an argument is wrong, or lengths differ.
        """
        given = self.spec.encode({} if codes is None else codes)
        if noise is not None:
            given |= self.spec.encode_noise(noise)
        latents = self.spec.sample(_common_length(given, num_images), _generation_seed(seed))
        for name, values in given.items():
            latents[name] = tf.broadcast_to(values, latents[name].shape)
        return self(self.spec.join(latents))

    def traverse(self, code: str, rows: int = 5, seed: int | None = None, scale: float = 1.0) -> tf.Tensor:
        """Images that differ from left to right in one code alone: `figures.traversals.traverse`.

        A sample is drawn anew for each row: from the seed, if there is one. Returns `[rows, columns, height, width,
        channels]` in [0, 1], which `to_grid` shows. ValueError if no code has that name.
        """
        check_integer("rows", rows, 1)
        check_number("scale", scale, positive=True)
        return traversals.traverse(self, code, _generation_seed(seed), rows, scale)

    def interpolate(
        self,
        codes_a: Mapping[str, Any],
        codes_b: Mapping[str, Any],
        rows: int = 5,
        columns: int = 10,
        seed: int | None = None,
    ) -> tf.Tensor:
        """Images whose codes run from one value to another: `figures.traversals.interpolate`.

        Seed and result are as in `traverse`. ValueError if a name or a value is wrong.
        """
        check_integer("rows", rows, 1)
        check_integer("columns", columns, 2)
        return traversals.interpolate(self, codes_a, codes_b, _generation_seed(seed), rows, columns)

    def to_grid(self, images: Any, scale: int = 2) -> Image.Image:
        """Images as one picture, which a notebook shows and `save("grid.png")` writes; see `figures.pictures.as_grid`.

        ValueError if `images` are not floats of rank 4 or 5, or `scale` is not an integer >= 1.
        """
        check_integer("scale", scale, 1)
        return Image.fromarray(pictures.as_grid(images, scale))

    def infer_codes(self, images: Any) -> dict[str, Any]:
        """Q's posterior of each code by name, given images `[batch, height, width, channels]`, floats in [0, 1] or
        uint8.

        Posteriors have `mean`, `mode` and `std` `[batch, event_size]`, `log_prob(codes)` and `entropy()`; those of
        categorical and binary codes also have `logits` and `probs`, those of circular ones `angle`, degrees. ValueError
        if the images have another shape, type or range.
        """
        images = self._checked_images(images)
        with tf.control_dependencies(_range_checks(images)):
            _, posterior = call_discriminator(self.discriminator, images, training=False)
        return self.spec.split_posterior(posterior)

    def _checked_images(self, images: Any) -> tf.Tensor:
        try:
            given = tf.convert_to_tensor(images)
            images = floats(given)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self._expected_images}, got {type(images).__name__}") from error
        if not images.shape[1:].is_compatible_with(self.image_shape) or not images.dtype.is_floating:
            raise ValueError(f"{self._expected_images}, got {given.dtype.name} {given.shape}")
        # A graph of Keras' may be made for images of any shape.
        return tf.ensure_shape(tf.cast(images, tf.float32), [None, *self.image_shape])

    @property
    def _expected_images(self) -> str:
        return f"images must be floats in [0, 1] or uint8, of shape [batch, {', '.join(map(str, self.image_shape))}]"


def _generation_seed(seed: int | None) -> Seed:
    if seed is None:
        seed = int(np.random.default_rng().integers(2**31))
    return stream_seed(check_integer("seed", seed, 0), Stream.GENERATE)


def _range_checks(images: tf.Tensor) -> list[tf.Operation]:
    """What a graph must run before it uses images that may lie outside [0, 1]; raises at once when run eagerly."""
    are_in_range = tf.reduce_all((images >= 0) & (images <= 1))
    text = "images must be floats in [0, 1], got values from {} to {}; divide uint8 images by 255"
    refusal = tf.strings.format(text, (tf.reduce_min(images), tf.reduce_max(images)))
    return _check(are_in_range, refusal)


def _check(is_right: tf.Tensor, refusal: tf.Tensor) -> list[tf.Operation]:
    if not tf.executing_eagerly():
        return [tf.debugging.Assert(is_right, [refusal])]
    if not is_right:
        raise ValueError(refusal.numpy().decode())
    return []


def _common_length(given: Mapping[str, tf.Tensor], num_images: int | None) -> int:
    lengths = {name: len(values) for name, values in given.items() if len(values) > 1}
    if num_images is not None:
        lengths["num_images"] = check_integer("num_images", num_images, 1)
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"codes, noise and num_images must agree in length, got {listed}")
    return next(iter(lengths.values()), 1)
