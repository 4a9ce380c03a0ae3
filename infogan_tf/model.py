"""InfoGAN as a Keras model."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from infogan_tf.augmentation import Augmentation, DigitAugmentation
from infogan_tf.codes import LatentSpec
from infogan_tf.config import DISCRIMINATOR_BATCHES, MAX_DECAY, UPDATES
from infogan_tf.losses import (
    MutualInformation,
    discriminator_loss,
    generator_loss,
    information_loss,
    mutual_information,
    predicted_information,
)
from infogan_tf.networks.averaged import AveragedNetwork
from infogan_tf.networks.batch_norm import frozen_statistics
from infogan_tf.networks.discriminator import DiscriminatorOutput
from infogan_tf.randomness import SEED, Stream, replica_seed, split_seed, stream_seed
from infogan_tf.settings import Choice, Integer, Number, checked

OUT_OF_RANGE = "images must be floats in [0, 1], got values from {} to {}; divide uint8 images by 255"
NO_VALIDATION = "a GAN has no validation loss; launchers/evaluate.py measures a trained run"


class FakeBatch(NamedTuple):
    """Generated images and where they came from.

    Attributes:
        latents: by name, `[batch, event_size]`.
        images: `[batch, height, width, channels]`, in [0, 1].
    """

    latents: dict[str, tf.Tensor]
    images: tf.Tensor


class FakePredictions(NamedTuple):
    """What D and Q predict from generated images.

    Attributes:
        logits: log-odds that an image is real, `[batch, 1]`.
        posteriors: by name, each code's posterior.
        information: by name, the bound on each code's mutual information with the images.
        trained_information: the same as it is trained: of categorical codes with the augmented images.
    """

    logits: tf.Tensor
    posteriors: dict[str, Any]
    information: dict[str, MutualInformation]
    trained_information: dict[str, MutualInformation]


class RealPredictions(NamedTuple):
    """What D and Q predict from real images.

    Attributes:
        logits: log-odds that an image is real, `[batch, 1]`.
        consistency: by categorical code, the mutual information of what Q predicts from the images and from augmented
            copies of them; empty where it isn't trained.
    """

    logits: tf.Tensor
    consistency: dict[str, tf.Tensor]


@keras.saving.register_keras_serializable("infogan_tf")
class InfoGAN(keras.Model):
    """A generator, and a discriminator that shares its body with Q (paper, sections 5 and 6).

    An update is one step of D and Q and one of G. D's optimizer trains the body, D's head and Q; G's trains G. Images
    are float32 `[batch, height, width, channels]` in [0, 1].

    Any two Keras networks will do, made by subclassing `keras.Model` or not, that keep this contract:

    - the generator maps latents `[batch, spec.size]`, joined in the order of the spec, to images in [0, 1];
    - the discriminator maps images to `DiscriminatorOutput(real_logits, posterior)`, or to such a pair, with the
      log-odds that an image is real, `[batch, 1]`, and Q's raw output `[batch, spec.posterior_size]`, from which
      `spec.split_posterior` makes each code's posterior: no softmax, no sigmoid, no exponential.

    Args:
        generator: G.
        discriminator: D and Q, which share its body.
        spec: the codes and the noise.
        info_reg_coeff: lambda, the weight of the mutual information, >= 0; multiplied by each code's own weight.
        augmentation: the kind of images, and so what they may be changed by: `DigitAugmentation()` (the default) or
            `PhotographAugmentation()`.
        max_shift: D and Q see images, real and fake, augmented for D, with shifts of up to this many pixels; 0 for
            images as they are.
        code_augmentation: strength of the augmentation of images from which Q predicts the categorical codes. The bound
            on the mutual information of these codes is then looser than the paper's: it bounds I(c; T(x)) of augmented
            images T(x), which is at most I(c; x). 0 leaves images as they are.
        consistency: weight, >= 0, of an addition to the paper's objective: the mutual information of what Q predicts,
            for each categorical code, from real images and from augmented copies of them (`predicted_information`),
            which D and Q maximize. Half of the augmented images are then real. Needs `code_augmentation`.
        average_decay: `generate` and the model itself use an exponential moving average of G's weights
            (`AveragedNetwork`) with this decay, from 0 to 0.9999; 0 makes them use the weights of the last update.
        seed: an integer >= 0; with the number of the update, decides all randomness of training.
        update: `alternating` updates D and Q, then G on fresh noise and codes, against the D just updated, as in the
            original code; `simultaneous` updates all from the same noise, codes and weights, which costs less.
        discriminator_batches: `separate` passes real and generated images through D one after the other, as in the
            original code. Its batch norm then takes from each the brightness and the contrast that its images have in
            common, so that D can't see by how much both differ, nor G learn it. `joint` passes them as one batch, which
            shows it; only where `update` is `simultaneous`.

    Raises:
        ValueError: an argument is not of this form, or the networks do not keep the contract.

    >>> from infogan_tf.build_model import build_model
    >>> from infogan_tf.config import Config
    >>> model = build_model(Config(experiment="mnist"))
    >>> model.generate(codes={"c1": 3, "c2": 1.5}, num_images=2).shape
    TensorShape([2, 28, 28, 1])
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
        seed: int = 0,
        update: str = "alternating",
        discriminator_batches: str = "separate",
    ):
        super().__init__(name="infogan")
        if not isinstance(spec, LatentSpec):
            raise ValueError(f"spec must be a LatentSpec, got {spec!r}")
        self.info_reg_coeff = checked("info_reg_coeff", info_reg_coeff, Number())
        self.augmentation = DigitAugmentation() if augmentation is None else augmentation
        if not isinstance(self.augmentation, Augmentation):
            raise ValueError(f"augmentation must be an Augmentation, got {augmentation!r}")
        self.max_shift = checked("max_shift", max_shift, Integer(0))
        self.code_augmentation = checked("code_augmentation", code_augmentation, Number())
        categorical = [code.name for code in spec.categorical_codes]
        if self.code_augmentation and not categorical:
            raise ValueError(f"code_augmentation must be 0 where no code is categorical, got {code_augmentation!r}")
        self.consistency = checked("consistency", consistency, Number())
        if self.consistency and not self.code_augmentation:
            raise ValueError(f"consistency must be 0 where code_augmentation is 0, got {consistency!r}")
        self.average_decay = checked("average_decay", average_decay, Number(maximum=MAX_DECAY))
        self.seed = checked("seed", seed, SEED)
        self.update = checked("update", update, Choice(UPDATES))
        self.discriminator_batches = checked(
            "discriminator_batches", discriminator_batches, Choice(DISCRIMINATOR_BATCHES)
        )
        if self.discriminator_batches == "joint" and self.update != "simultaneous":
            raise ValueError(f"discriminator_batches must be separate where update is {self.update}, got 'joint'")
        self.generator = generator
        self.discriminator = discriminator
        self.spec = spec
        self._augmented_codes = categorical if self.code_augmentation else []
        self.image_shape = _checked_networks(generator, discriminator, spec)
        self.averaged_generator = AveragedNetwork(generator, self.average_decay) if self.average_decay else None
        self.built = True

    def call(self, latents: tf.Tensor, training: bool = False) -> tf.Tensor:
        """G alone: latents `[batch, spec.size]` to images, with the averaged weights if there are any."""
        if self.averaged_generator is None or training:
            return self.generator(latents, training=training)
        return self.averaged_generator(latents)

    def predict(self, x: Any, *args: Any, **kwargs: Any) -> np.ndarray:
        """G's images of latents `[batch, spec.size]`, as `keras.Model.predict` makes them; see also `generate`.

        Raises:
            ValueError: latents in an array have another shape.
        """
        if hasattr(x, "shape") and tuple(x.shape[1:]) != (self.spec.size,):
            raise ValueError(f"latents must have shape [batch, {self.spec.size}], got {list(x.shape)}")
        return super().predict(x, *args, **kwargs)

    def compile(self, d_optimizer: keras.optimizers.Optimizer, g_optimizer: keras.optimizers.Optimizer):
        """Sets the optimizers of D (with Q) and of G and makes their state.

        Raises:
            ValueError: one is not an optimizer, or both are the same object, whose state could not be told apart.
        """
        for name, optimizer in (("d_optimizer", d_optimizer), ("g_optimizer", g_optimizer)):
            if not isinstance(optimizer, keras.optimizers.Optimizer):
                raise ValueError(f"{name} must be a keras.optimizers.Optimizer, got {optimizer!r}")
        if d_optimizer is g_optimizer:
            raise ValueError("d_optimizer and g_optimizer must be two objects, got the same one twice")
        # Keras would compile the whole update by XLA, which gains nothing here and traces for long.
        super().compile(optimizer=None, jit_compile=False)
        d_optimizer.build(self.discriminator.trainable_variables)
        g_optimizer.build(self.generator.trainable_variables)
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer

    def get_config(self) -> dict[str, Any]:
        serialize = keras.saving.serialize_keras_object
        return {
            "generator": serialize(self.generator),
            "discriminator": serialize(self.discriminator),
            "spec": serialize(self.spec),
            "info_reg_coeff": self.info_reg_coeff,
            "max_shift": self.max_shift,
            "code_augmentation": self.code_augmentation,
            "consistency": self.consistency,
            "average_decay": self.average_decay,
            "seed": self.seed,
            "update": self.update,
            "discriminator_batches": self.discriminator_batches,
            "augmentation": serialize(self.augmentation),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "InfoGAN":
        deserialize = keras.saving.deserialize_keras_object
        parts = {name: deserialize(config[name]) for name in ("generator", "discriminator", "spec", "augmentation")}
        return cls(**{**config, **parts})

    def get_compile_config(self) -> dict[str, Any] | None:
        if not self.compiled:
            return None
        serialize = keras.saving.serialize_keras_object
        return {"d_optimizer": serialize(self.d_optimizer), "g_optimizer": serialize(self.g_optimizer)}

    def compile_from_config(self, config: dict[str, Any]):
        self.compile(**{name: keras.saving.deserialize_keras_object(config[name]) for name in config})

    def fit(self, x: Any = None, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        """Trains as `keras.Model.fit` does; takes the same arguments, except those of a validation.

        The progress bar and the history have the losses of D and G and the mutual information of each code.

        Args:
            x: images, float in [0, 1], as an array or in any form of data set that Keras takes. Labels and weights
                beside them are ignored.
            *args: as Keras takes them.
            **kwargs: as Keras takes them.

        Raises:
            ValueError: images have another type, shape or range, or a validation is asked for.
        """
        if x is None:
            raise ValueError("fit needs images or a data set of images, got none")
        if kwargs.get("validation_data") is not None or kwargs.get("validation_split"):
            raise ValueError(f"fit takes no validation_data and no validation_split: {NO_VALIDATION}")
        try:
            return super().fit(x, *args, **kwargs)
        except tf.errors.InvalidArgumentError as error:
            refusal = self._refusal_of(error)
            if refusal is None:
                raise
            raise ValueError(refusal) from None

    def _refusal_of(self, error: tf.errors.InvalidArgumentError) -> str | None:
        """What a check of the images said inside a graph, out of the many lines that TensorFlow adds to it."""
        out_of_range = re.search(re.escape(OUT_OF_RANGE).replace(r"\{\}", r"\S+"), error.message)
        if out_of_range:
            return out_of_range[0]
        shape = re.search(r"Shape of tensor \S+ (\[[\d,]*\]) is not compatible with expected shape", error.message)
        return f"{self._expected_images}, got {shape[1]}" if shape else None

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One update in Keras' form: checks the range of the images and returns what `fit` shows.

        Args:
            data: real images, or a tuple of them and labels, which are ignored.

        Returns:
            Of what `apply_update` returns, the losses and the mutual information.
        """
        real_images = self._checked_images(keras.utils.unpack_x_y_sample_weight(data)[0])
        with tf.control_dependencies(_range_checks(real_images)):
            metrics = self.apply_update(real_images)
        return {name: value for name, value in metrics.items() if name.startswith(("loss/", "mutual_information/"))}

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Refused, and with it `evaluate`: a GAN has no validation loss."""
        raise NotImplementedError(f"evaluate is not supported: {NO_VALIDATION}")

    def apply_update(self, real_images: tf.Tensor) -> dict[str, tf.Tensor]:
        """One update of D, Q and G.

        On several devices (`tf.distribute.MirroredStrategy`) each has its part of the batch, draws noise and codes of
        its own, and normalizes its part by itself; gradients are averaged over the devices. Metrics are those of the
        device's own part.

        Args:
            real_images: `[batch, height, width, channels]`, float in [0, 1]; their range is not checked.

        Returns:
            Scalars by TensorBoard tag, each computed before the variables it concerns were updated.

        Raises:
            ValueError: the images have another type or shape.
            RuntimeError: the model is not compiled, or several devices are not run by `strategy.run`.
        """
        if not self.compiled:
            raise RuntimeError("compile(d_optimizer, g_optimizer) must be called before the first update")
        if tf.distribute.in_cross_replica_context():
            raise RuntimeError("under a strategy, updates must be run by strategy.run or fit")
        real_images = self._checked_images(real_images)
        step = self.g_optimizer.iterations
        d_seed = replica_seed(stream_seed(self.seed, Stream.DISCRIMINATOR_UPDATE, step))
        if self.update == "simultaneous":
            metrics = self._update_both(real_images, d_seed)
        else:
            g_seed = replica_seed(stream_seed(self.seed, Stream.GENERATOR_UPDATE, step))
            metrics = self._update_discriminator(real_images, d_seed)
            metrics |= self._update_generator(tf.shape(real_images)[0], g_seed)
        if self.averaged_generator is not None:
            self.averaged_generator.update(self.g_optimizer.iterations)
        return metrics

    def _update_discriminator(self, real_images: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        latent_seed, *seeds = split_seed(seed, 3)
        with frozen_statistics(self.generator):
            fake = self._fake_batch(tf.shape(real_images)[0], latent_seed)
        with tf.GradientTape() as tape:
            loss, metrics = self._discriminator_loss(*self._predict(real_images, fake, *seeds))
        gradients = _gradients(tape, loss, self.discriminator)
        return metrics | self._apply_to_discriminator(gradients)

    def _update_generator(self, batch_size: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        latent_seed, fake_seed = split_seed(seed, 2)
        with frozen_statistics(self.discriminator), tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in self.generator.trainable_variables])
            fake = self._fake_batch(batch_size, latent_seed)
            seen, augmentation_seed = self._as_seen(fake.images, fake_seed)
            output = self.discriminator(seen, training=True)
            loss, metrics = self._generator_loss(self._read_fake(fake, output, augmentation_seed))
        gradients = _gradients(tape, loss, self.generator)
        return metrics | self._apply_to_generator(gradients)

    def _update_both(self, real_images: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        # G's pass, and D's over the fakes, are made once and serve both: a sixth of the arithmetic less.
        latent_seed, *seeds = split_seed(seed, 3)
        with tf.GradientTape(persistent=True) as tape:
            fake = self._fake_batch(tf.shape(real_images)[0], latent_seed)
            reals, fakes = self._predict(real_images, fake, *seeds)
            d_loss, d_metrics = self._discriminator_loss(reals, fakes)
            g_loss, g_metrics = self._generator_loss(fakes)
        d_gradients = _gradients(tape, d_loss, self.discriminator)
        g_gradients = _gradients(tape, g_loss, self.generator)
        return d_metrics | g_metrics | self._apply_to_discriminator(d_gradients) | self._apply_to_generator(g_gradients)

    def _fake_batch(self, batch_size: tf.Tensor, seed: tf.Tensor) -> FakeBatch:
        latents = self.spec.sample(batch_size, seed)
        return FakeBatch(latents, self.generator(self.spec.join(latents), training=True))

    def _as_seen(self, images: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """A batch as D sees it, and the seed of what Q sees of it."""
        shift_seed, augmentation_seed = split_seed(seed, 2)
        return self.augmentation.for_discriminator(images, self.max_shift, shift_seed), augmentation_seed

    def _predict(
        self, real_images: tf.Tensor, fake: FakeBatch, real_seed: tf.Tensor, fake_seed: tf.Tensor
    ) -> tuple[RealPredictions, FakePredictions]:
        seen_reals, real_augmentation_seed = self._as_seen(real_images, real_seed)
        seen_fakes, fake_augmentation_seed = self._as_seen(fake.images, fake_seed)
        if self.discriminator_batches == "joint":
            both = self.discriminator(tf.concat([seen_reals, seen_fakes], axis=0), training=True)
            reals, fakes = map(DiscriminatorOutput, *(tf.split(part, 2) for part in both))
        else:
            reals = self.discriminator(seen_reals, training=True)
            fakes = self.discriminator(seen_fakes, training=True)
        return (
            self._read_real(real_images, reals, real_augmentation_seed),
            self._read_fake(fake, fakes, fake_augmentation_seed),
        )

    # Augmented images pass through D by themselves, with their own batch statistics.

    def _read_real(
        self, images: tf.Tensor, output: DiscriminatorOutput, augmentation_seed: tf.Tensor
    ) -> RealPredictions:
        # Q predicts codes from real images too, which the original code never does. Without `consistency` that moves
        # the averages of its batch norm, with which `infer_codes` reads real images, and nothing else.
        logits, posterior = output
        if not self.consistency:
            return RealPredictions(logits, {})
        half = tf.shape(images)[0] // 2
        predicted = self.spec.split_posterior(posterior[:half])
        augmented = self._predict_augmented(images[:half], augmentation_seed)
        return RealPredictions(
            logits,
            {
                name: predicted_information(predicted[name].probs, augmented[name].probs)
                for name in self._augmented_codes
            },
        )

    def _read_fake(self, fake: FakeBatch, output: DiscriminatorOutput, augmentation_seed: tf.Tensor) -> FakePredictions:
        logits, posterior = output
        posteriors = self.spec.split_posterior(posterior)
        information = trained_information = mutual_information(self.spec, fake.latents, posteriors)
        if self._augmented_codes:
            number = tf.shape(fake.images)[0] // (2 if self.consistency else 1)
            latents = {name: values[:number] for name, values in fake.latents.items()}
            augmented_posteriors = self._predict_augmented(fake.images[:number], augmentation_seed)
            augmented = mutual_information(self.spec, latents, augmented_posteriors)
            trained_information = information | {name: augmented[name] for name in self._augmented_codes}
        return FakePredictions(logits, posteriors, information, trained_information)

    def _predict_augmented(self, images: tf.Tensor, seed: tf.Tensor) -> dict[str, Any]:
        # The bound holds for what Q predicts from augmented images T(x) too, since I(c; T(x)) <= I(c; x). The averages
        # of batch norm are for images as they are.
        with frozen_statistics(self.discriminator):
            augmented = self.augmentation.for_codes(images, self.code_augmentation, seed)
            _, posterior = self.discriminator(augmented, training=True)
            return self.spec.split_posterior(posterior)

    def _discriminator_loss(self, reals: RealPredictions, fakes: FakePredictions) -> tuple[tf.Tensor, dict]:
        adversarial = discriminator_loss(reals.logits, fakes.logits)
        loss = adversarial + information_loss(self.spec, fakes.trained_information, self.info_reg_coeff)
        for consistency in reals.consistency.values():
            loss -= self.consistency * consistency
        return loss, {
            "loss/discriminator": adversarial,
            **{f"consistency/{name}": consistency for name, consistency in reals.consistency.items()},
            **_range("discriminator/real", tf.sigmoid(reals.logits)),
            **_range("discriminator/fake", tf.sigmoid(fakes.logits)),
        }

    def _generator_loss(self, fakes: FakePredictions) -> tuple[tf.Tensor, dict]:
        adversarial = generator_loss(fakes.logits)
        loss = adversarial + information_loss(self.spec, fakes.trained_information, self.info_reg_coeff)
        return loss, {
            "loss/generator": adversarial,
            **_information_metrics(fakes.information),
            **{
                f"mutual_information_augmented/{name}": fakes.trained_information[name].bound
                for name in self._augmented_codes
            },
            **self._posterior_metrics(fakes.posteriors),
        }

    def _apply_to_discriminator(self, gradients: list[tf.Tensor]) -> dict[str, tf.Tensor]:
        _apply(self.d_optimizer, gradients, self.discriminator)
        return {"gradient_norm/discriminator": tf.linalg.global_norm(gradients)}

    def _apply_to_generator(self, gradients: list[tf.Tensor]) -> dict[str, tf.Tensor]:
        _apply(self.g_optimizer, gradients, self.generator)
        return {"gradient_norm/generator": tf.linalg.global_norm(gradients)}

    def _posterior_metrics(self, posteriors: Mapping[str, Any]) -> dict[str, tf.Tensor]:
        metrics = {}
        for name, posterior in posteriors.items():
            metrics[f"posterior_std/{name}_min"] = tf.reduce_min(posterior.std)
            metrics[f"posterior_std/{name}_max"] = tf.reduce_max(posterior.std)
        return metrics

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
            Images `[batch, height, width, channels]` in [0, 1].

        Raises:
            ValueError: a name, value, shape or number is wrong, or lengths do not agree.
        """
        if num_images is not None:
            num_images = checked("num_images", num_images, Integer(1))
        given = self.spec.encode({} if codes is None else codes)
        if noise is not None:
            given |= self.spec.encode_noise(noise)
        batch_size = _common_length({name: len(values) for name, values in given.items()}, num_images)
        latents = self.spec.sample(batch_size, _generation_seed(seed))
        for name, values in given.items():
            latents[name] = tf.broadcast_to(values, latents[name].shape)
        return self(self.spec.join(latents))

    # Figures are drawn of models, so that they can be imported only when there is one.

    def traverse(self, code: str, rows: int = 5, seed: int | None = None, scale: float = 1.0) -> tf.Tensor:
        """Images that differ from left to right in one code alone; each row is another random sample.

        Args:
            code: the name of the code that varies: over its categories, or over ten values.
            rows: random samples.
            seed: decides noise and the other codes of each row; a new draw each time when None.
            scale: a continuous code varies over so many times the range that it has in training, a circular one over
                the full turn.

        Returns:
            Images `[rows, columns, height, width, channels]` in [0, 1]; `to_grid` shows them.

        Raises:
            ValueError: no code has that name, or another argument is not of this form.
        """
        from infogan_tf.figures.traversals import traverse

        rows, scale = checked("rows", rows, Integer(1)), checked("scale", scale, Number(positive=True))
        return traverse(self, code, _generation_seed(seed), rows, scale)

    def interpolate(
        self,
        codes_a: Mapping[str, Any],
        codes_b: Mapping[str, Any],
        rows: int = 5,
        columns: int = 10,
        seed: int | None = None,
    ) -> tf.Tensor:
        """Images whose codes run from one value to another, along a straight line; each row is another random sample.

        A circular code turns, the shorter way.

        Args:
            codes_a: the codes of the first column by name, as in `generate`, one value or one a row.
            codes_b: those of the last column. A code that only one side gives is a row's sampled value on the other.
            rows: random samples.
            columns: images from one end to the other, both ends included.
            seed: decides noise and the other codes of each row; a new draw each time when None.

        Returns:
            Images `[rows, columns, height, width, channels]` in [0, 1]; `to_grid` shows them.

        Raises:
            ValueError: an argument is not of this form.
        """
        from infogan_tf.figures.traversals import interpolate

        rows, columns = checked("rows", rows, Integer(1)), checked("columns", columns, Integer(2))
        return interpolate(self, codes_a, codes_b, _generation_seed(seed), rows, columns)

    def to_grid(self, images: Any, scale: int = 2) -> Image.Image:
        """Images as one picture, which a notebook shows and `save("grid.png")` writes.

        Args:
            images: `[batch, height, width, channels]`, laid out nearly as a square, or `[rows, columns, height, width,
                channels]`, floats in [0, 1].
            scale: how many pixels wide a pixel is drawn.

        Raises:
            ValueError: an argument is not of this form.
        """
        from infogan_tf.figures.pictures import as_grid

        return Image.fromarray(as_grid(images, checked("scale", scale, Integer(1))))

    def infer_codes(self, images: Any) -> dict[str, Any]:
        """Q's posterior of each code given images, by name.

        Args:
            images: `[batch, height, width, channels]`, float in [0, 1].

        Returns:
            Distributions with `mean`, `mode` and `std` `[batch, event_size]`, `log_prob(codes)` and `entropy()`; those
            of categorical and binary codes also have `logits` and `probs`, those of circular ones `angle`, degrees.

        Raises:
            ValueError: the images have another shape, type or range.
        """
        images = self._checked_images(images)
        with tf.control_dependencies(_range_checks(images)):
            _, posterior = self.discriminator(images, training=False)
        return self.spec.split_posterior(posterior)

    def _checked_images(self, images: Any) -> tf.Tensor:
        try:
            images = tf.convert_to_tensor(images)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self._expected_images}, got {type(images).__name__}") from error
        if not images.shape[1:].is_compatible_with(self.image_shape) or not images.dtype.is_floating:
            raise ValueError(f"{self._expected_images}, got {images.dtype.name} {images.shape}")
        # A graph of Keras' may be made for images of any shape.
        return tf.ensure_shape(tf.cast(images, tf.float32), [None, *self.image_shape])

    @property
    def _expected_images(self) -> str:
        return f"images must be floats in [0, 1] of shape [batch, {', '.join(map(str, self.image_shape))}]"


def _checked_networks(generator: Any, discriminator: Any, spec: LatentSpec) -> tuple[int, ...]:
    """Holds two networks to InfoGAN's contract and returns the shape of an image.

    The pass also makes every weight, so that a model can be saved, restored and counted before it is trained.
    """
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.layers.Layer):
            raise ValueError(f"{name} must be a Keras model, got {network!r}")
    images = _outputs("generator", generator, spec.join(spec.sample(1, stream_seed(0, Stream.GENERATE))))
    if not (tf.is_tensor(images) and images.shape.rank == 4 and images.dtype.is_floating):
        raise ValueError(
            f"generator must map latents [batch, {spec.size}] to float images [batch, height, width, channels], got "
            f"{_described(images)}"
        )
    if not _in_range(images):
        raise ValueError(
            "generator must give images in [0, 1], as a sigmoid does, got values from "
            f"{np.min(images):g} to {np.max(images):g}"
        )
    outputs = _outputs("discriminator", discriminator, images)
    shapes = [part.shape for part in outputs] if isinstance(outputs, tuple | list) else []
    if shapes != [(1, 1), (1, spec.posterior_size)]:
        raise ValueError(
            "discriminator must map images to DiscriminatorOutput(real_logits [batch, 1], posterior [batch, "
            f"{spec.posterior_size}]), got {_described(outputs)}"
        )
    return tuple(images.shape[1:])


def _generation_seed(seed: int | None) -> tf.Tensor:
    seed = int(np.random.default_rng().integers(2**31)) if seed is None else checked("seed", seed, SEED)
    return stream_seed(seed, Stream.GENERATE)


def _in_range(images: tf.Tensor) -> tf.Tensor:
    return tf.reduce_all((images >= 0) & (images <= 1))


def _outputs(name: str, network: keras.layers.Layer, inputs: tf.Tensor) -> Any:
    try:
        return network(inputs, training=False)
    except (TypeError, ValueError, tf.errors.OpError) as error:
        raise ValueError(f"{name} can't be called on inputs of shape {list(inputs.shape)}") from error


def _described(outputs: Any) -> str:
    if isinstance(outputs, tuple | list):
        return f"{type(outputs).__name__} of {', '.join(map(_described, outputs)) or 'nothing'}"
    return f"{outputs.dtype.name} {list(outputs.shape)}" if tf.is_tensor(outputs) else repr(outputs)


def _range_checks(images: tf.Tensor) -> list[tf.Operation]:
    """What a graph must run before it uses images that may lie outside [0, 1]; raises at once when run eagerly."""
    refusal = tf.strings.format(OUT_OF_RANGE, (tf.reduce_min(images), tf.reduce_max(images)))
    if not tf.executing_eagerly():
        return [tf.debugging.Assert(_in_range(images), [refusal])]
    if not _in_range(images):
        raise ValueError(refusal.numpy().decode())
    return []


def _gradients(tape: tf.GradientTape, loss: tf.Tensor, network: keras.Model) -> list[tf.Tensor]:
    return tape.gradient(loss, [variable.value for variable in network.trainable_variables])


def _apply(optimizer: keras.optimizers.Optimizer, gradients: list[tf.Tensor], network: keras.Model):
    """Applies gradients averaged over the devices; Keras sums them."""
    devices = tf.distribute.get_strategy().num_replicas_in_sync
    if devices > 1:
        gradients = [gradient / devices for gradient in gradients]
    optimizer.apply(gradients, network.trainable_variables)


def _range(name: str, values: tf.Tensor) -> dict[str, tf.Tensor]:
    return {
        f"{name}_mean": tf.reduce_mean(values),
        f"{name}_min": tf.reduce_min(values),
        f"{name}_max": tf.reduce_max(values),
    }


def _information_metrics(information: Mapping[str, MutualInformation]) -> dict[str, tf.Tensor]:
    metrics = {}
    for field in MutualInformation._fields:
        tag = {"bound": "mutual_information"}.get(field, field)
        values = {name: getattr(estimate, field) for name, estimate in information.items()}
        metrics |= {f"{tag}/{name}": value for name, value in values.items()}
        metrics[f"{tag}/total"] = tf.add_n(list(values.values()))
    return metrics


def _common_length(lengths: Mapping[str, int], num_images: int | None) -> int:
    several = {name: length for name, length in lengths.items() if length > 1}
    if num_images is not None:
        several["num_images"] = num_images
    if len(set(several.values())) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in several.items())
        raise ValueError(f"codes, noise and num_images must agree in length, got {listed}")
    return next(iter(several.values()), 1)
