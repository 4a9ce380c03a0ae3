"""InfoGAN as a Keras model."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from infogan_tf.augmentation import random_deformation, random_shift
from infogan_tf.configs.base import UPDATES
from infogan_tf.latents import LatentSpec
from infogan_tf.losses import (
    MutualInformation,
    discriminator_loss,
    generator_loss,
    information_loss,
    mutual_information,
    predicted_information,
)
from infogan_tf.networks import DiscriminatorOutput
from infogan_tf.networks.averaged import AveragedNetwork
from infogan_tf.networks.frozen_statistics import frozen_statistics
from infogan_tf.randomness import Stream, split_seed, stream_seed


class FakeBatch(NamedTuple):
    """Generated images and where they came from.

    Attributes:
        latents: by name, `[batch, event_size]`.
        images: `[batch, height, width, channels]`, in [0, 1].
    """

    latents: dict[str, tf.Tensor]
    images: tf.Tensor


class JudgedFakes(NamedTuple):
    """What D and Q say of generated images.

    Attributes:
        logits: log-odds that an image is real, `[batch, 1]`.
        params: by name, each code's posterior parameters.
        information: by name, the bound on each code's mutual information with the images.
        trained_information: the same as it is trained: of invariant codes with the deformed images.
    """

    logits: tf.Tensor
    params: dict[str, Any]
    information: dict[str, MutualInformation]
    trained_information: dict[str, MutualInformation]


class JudgedReals(NamedTuple):
    """What D and Q predict from real images.

    Attributes:
        logits: log-odds that an image is real, `[batch, 1]`.
        consistency: by invariant code, the mutual information of what Q predicts from the images and from deformed
            copies of them; empty where it isn't trained.
    """

    logits: tf.Tensor
    consistency: dict[str, tf.Tensor]


class InfoGAN(keras.Model):
    """A generator, and a discriminator that shares its body with Q (paper, sections 5 and 6).

    An update is one step of D and Q and one of G. D's optimiser moves the body, D's head and Q; G's moves G. Images
    are float32 `[batch, height, width, channels]` in [0, 1].

    Args:
        generator: latents `[batch, spec.size]` to images.
        discriminator: images to `DiscriminatorOutput`.
        spec: the codes and the noise.
        info_reg_coeff: lambda, the weight of the mutual information; each code's own weight comes on top.
        max_shift: D and Q see every image, real and fake, moved at random by up to this many pixels.
        deformation: how far images are deformed before Q reads the codes that the spec calls invariant; see
            `random_deformation`. 0 lets it read all codes off the images as they are.
        consistency: weight of an addition to the paper's objective: the mutual information of what Q predicts, for each
            invariant code, from real images and from deformed copies of them (`predicted_information`), which D and Q
            maximize. Half of the deformed images are then real. Needs `deformation`.
        average_decay: `generate`, `infer_codes` and the model itself use an exponential moving average of the weights
            (`AveragedNetwork`) with this decay; 0 makes them use the weights of the last update.
        seed: with the number of the update, decides all randomness of training.
        update: `alternating` moves D and Q, then G on fresh noise and codes, against the D just moved, as in the
            paper; `simultaneous` moves all from the same noise, codes and weights, which costs less.

    >>> from infogan_tf.configs.mnist import MnistConfig
    >>> from infogan_tf.experiments import build_model
    >>> model = build_model(MnistConfig())
    >>> model.generate(codes={"c1": 3, "c2": 1.5}, num_images=2).shape
    TensorShape([2, 28, 28, 1])
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        spec: LatentSpec,
        info_reg_coeff: float = 1.0,
        max_shift: int = 0,
        deformation: float = 0.0,
        consistency: float = 0.0,
        average_decay: float = 0.0,
        seed: int = 0,
        update: str = "alternating",
    ):
        super().__init__(name="infogan")
        if not (math.isfinite(info_reg_coeff) and info_reg_coeff >= 0):
            raise ValueError(f"info_reg_coeff must be a number of at least 0, got {info_reg_coeff!r}")
        if not isinstance(max_shift, int) or max_shift < 0:
            raise ValueError(f"max_shift must be a whole number of at least 0, got {max_shift!r}")
        if not (math.isfinite(deformation) and deformation >= 0):
            raise ValueError(f"deformation must be a number of at least 0, got {deformation!r}")
        if deformation and not any(code.invariant for code in spec.codes):
            raise ValueError(f"deformation must be 0 where no code is invariant, got {deformation!r}")
        if not (math.isfinite(consistency) and consistency >= 0):
            raise ValueError(f"consistency must be a number >= 0, got {consistency!r}")
        if consistency and not deformation:
            raise ValueError(f"consistency must be 0 where deformation is 0, got {consistency!r}")
        if not 0 <= average_decay < 1:
            raise ValueError(f"average_decay must be a number in [0, 1), got {average_decay!r}")
        if update not in UPDATES:
            raise ValueError(f"update must be one of {', '.join(UPDATES)}, got {update!r}")
        self.generator = generator
        self.discriminator = discriminator
        self.spec = spec
        self.info_reg_coeff = info_reg_coeff
        self.max_shift = max_shift
        self.deformation = deformation
        self.consistency = consistency
        self._invariant = [code.name for code in spec.codes if code.invariant] if deformation else []
        self.seed = seed
        self.update = update
        # One pass makes every weight, so that the model can be saved, restored and counted before it is trained.
        images = generator(tf.zeros([1, spec.size]))
        posterior_size = discriminator(images).posterior.shape[-1]
        if posterior_size != spec.posterior_size:
            raise ValueError(f"discriminator must give Q {spec.posterior_size} outputs, got {posterior_size}")
        self.image_shape = tuple(images.shape[1:])
        self.averaged_generator = AveragedNetwork(generator, average_decay) if average_decay else None
        self.averaged_discriminator = AveragedNetwork(discriminator, average_decay) if average_decay else None
        self.built = True

    def call(self, latents: tf.Tensor, training: bool = False) -> tf.Tensor:
        """G alone: latents `[batch, spec.size]` to images, with the averaged weights if there are any."""
        if self.averaged_generator is None or training:
            return self.generator(latents, training=training)
        return self.averaged_generator(latents)

    def compile(self, d_optimizer: keras.optimizers.Optimizer, g_optimizer: keras.optimizers.Optimizer):
        """Sets the optimisers of D (with Q) and of G and makes their state.

        Raises:
            ValueError: both are the same object, whose state could not be told apart.
        """
        if d_optimizer is g_optimizer:
            raise ValueError("d_optimizer and g_optimizer must be two objects, got the same one twice")
        # Keras would compile the whole update by XLA, which gains nothing here and traces for long.
        super().compile(optimizer=None, jit_compile=False)
        d_optimizer.build(self.discriminator.trainable_variables)
        g_optimizer.build(self.generator.trainable_variables)
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One update of D, Q and G.

        Args:
            data: real images `[batch, height, width, channels]`, float in [0, 1]. Labels beside them, as a Keras data
                set may carry, are dropped unread.

        Returns:
            Scalars by TensorBoard tag, each taken before the variables it concerns were moved.
        """
        real_images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        real_images = self._checked_images(real_images)
        step = self.g_optimizer.iterations
        d_seed = stream_seed(self.seed, Stream.DISCRIMINATOR_UPDATE, step)
        if self.update == "simultaneous":
            metrics = self._update_both(real_images, d_seed)
        else:
            g_seed = stream_seed(self.seed, Stream.GENERATOR_UPDATE, step)
            metrics = self._update_discriminator(real_images, d_seed)
            metrics |= self._update_generator(tf.shape(real_images)[0], g_seed)
        if self.averaged_generator is not None:
            self.averaged_generator.update(self.g_optimizer.iterations)
            self.averaged_discriminator.update(self.g_optimizer.iterations)
        return metrics

    def _update_discriminator(self, real_images: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        latent_seed, real_seed, fake_seed = split_seed(seed, 3)
        with frozen_statistics(self.generator):
            fake = self._fake_batch(tf.shape(real_images)[0], latent_seed)
        with tf.GradientTape() as tape:
            reals = self._judge_real(real_images, real_seed)
            loss, metrics = self._discriminator_loss(reals, self._judge_fake(fake, fake_seed))
        gradients = _gradients(tape, loss, self.discriminator)
        return metrics | self._move_discriminator(gradients)

    def _update_generator(self, batch_size: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        latent_seed, fake_seed = split_seed(seed, 2)
        with frozen_statistics(self.discriminator), tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in self.generator.trainable_variables])
            fake = self._fake_batch(batch_size, latent_seed)
            loss, metrics = self._generator_loss(self._judge_fake(fake, fake_seed))
        gradients = _gradients(tape, loss, self.generator)
        return metrics | self._move_generator(gradients)

    def _update_both(self, real_images: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        # G's pass, and D's over the fakes, are made once and serve both: a sixth of the arithmetic less.
        latent_seed, real_seed, fake_seed = split_seed(seed, 3)
        with tf.GradientTape(persistent=True) as tape:
            fake = self._fake_batch(tf.shape(real_images)[0], latent_seed)
            reals, fakes = self._judge_real(real_images, real_seed), self._judge_fake(fake, fake_seed)
            d_loss, d_metrics = self._discriminator_loss(reals, fakes)
            g_loss, g_metrics = self._generator_loss(fakes)
        d_gradients = _gradients(tape, d_loss, self.discriminator)
        g_gradients = _gradients(tape, g_loss, self.generator)
        return d_metrics | g_metrics | self._move_discriminator(d_gradients) | self._move_generator(g_gradients)

    def _fake_batch(self, batch_size: tf.Tensor, seed: tf.Tensor) -> FakeBatch:
        latents = self.spec.sample(batch_size, seed)
        return FakeBatch(latents, self.generator(self.spec.join(latents), training=True))

    def _discriminate(self, images: tf.Tensor, seed: tf.Tensor) -> DiscriminatorOutput:
        return self.discriminator(random_shift(images, self.max_shift, seed), training=True)

    # Real and fake batches, as they are and deformed, pass through D one by one, each with its own batch statistics.

    def _judge_real(self, images: tf.Tensor, seed: tf.Tensor) -> JudgedReals:
        # Q predicts codes from real images too, which the original code never does. Without `consistency` that moves
        # the averages of its batch norm, with which `infer_codes` reads real images, and nothing else.
        shift_seed, deformation_seed = split_seed(seed, 2)
        logits, posterior = self._discriminate(images, shift_seed)
        if not self.consistency:
            return JudgedReals(logits, {})
        half = tf.shape(images)[0] // 2
        predicted = self.spec.split_posterior(posterior[:half])
        deformed = self._predict_deformed(images[:half], deformation_seed)
        return JudgedReals(
            logits,
            {
                name: predicted_information(tf.nn.softmax(predicted[name].logits), tf.nn.softmax(deformed[name].logits))
                for name in self._invariant
            },
        )

    def _judge_fake(self, fake: FakeBatch, seed: tf.Tensor) -> JudgedFakes:
        shift_seed, deformation_seed = split_seed(seed, 2)
        logits, posterior = self._discriminate(fake.images, shift_seed)
        params = self.spec.split_posterior(posterior)
        information = trained_information = mutual_information(self.spec, fake.latents, params)
        if self._invariant:
            number = tf.shape(fake.images)[0] // (2 if self.consistency else 1)
            latents = {name: values[:number] for name, values in fake.latents.items()}
            deformed_params = self._predict_deformed(fake.images[:number], deformation_seed)
            deformed = mutual_information(self.spec, latents, deformed_params)
            trained_information = information | {name: deformed[name] for name in self._invariant}
        return JudgedFakes(logits, params, information, trained_information)

    def _predict_deformed(self, images: tf.Tensor, seed: tf.Tensor) -> dict[str, Any]:
        # The bound holds for what Q predicts from deformed images T(x) too, since I(c; T(x)) <= I(c; x). The averages
        # of batch norm are for images as they are.
        with frozen_statistics(self.discriminator):
            deformed = random_deformation(images, self.deformation, seed)
            return self.spec.split_posterior(self.discriminator(deformed, training=True).posterior)

    def _discriminator_loss(self, reals: JudgedReals, fakes: JudgedFakes) -> tuple[tf.Tensor, dict]:
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

    def _generator_loss(self, judged: JudgedFakes) -> tuple[tf.Tensor, dict]:
        adversarial = generator_loss(judged.logits)
        loss = adversarial + information_loss(self.spec, judged.trained_information, self.info_reg_coeff)
        return loss, {
            "loss/generator": adversarial,
            **_information_metrics(judged.information),
            **{
                f"mutual_information_deformed/{name}": judged.trained_information[name].bound
                for name in self._invariant
            },
            **self._posterior_metrics(judged.params),
        }

    def _move_discriminator(self, gradients: list[tf.Tensor]) -> dict[str, tf.Tensor]:
        self.d_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"gradient_norm/discriminator": tf.linalg.global_norm(gradients)}

    def _move_generator(self, gradients: list[tf.Tensor]) -> dict[str, tf.Tensor]:
        self.g_optimizer.apply(gradients, self.generator.trainable_variables)
        return {"gradient_norm/generator": tf.linalg.global_norm(gradients)}

    def _posterior_metrics(self, params: Mapping[str, Any]) -> dict[str, tf.Tensor]:
        metrics = {}
        for code in self.spec.codes:
            std = code.distribution.posterior_std(params[code.name])
            metrics[f"posterior_std/{code.name}_min"] = tf.reduce_min(std)
            metrics[f"posterior_std/{code.name}_max"] = tf.reduce_max(std)
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
                numbers or one-hot rows `[batch, K]`. Values outside the prior's range are allowed: codes extrapolate.
            noise: `[batch, noise_size]`.
            num_images: how many; else as many as the longest of codes and noise has.
            seed: decides what is sampled; a new draw each time when None.

        Returns:
            Images `[batch, height, width, channels]` in [0, 1].

        Raises:
            ValueError: a name, value, shape or number is wrong, or lengths do not agree.
        """
        for name, value, minimum in (("num_images", num_images, 1), ("seed", seed, 0)):
            whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
            if value is not None and not (whole and value >= minimum):
                raise ValueError(f"{name} must be a whole number of at least {minimum}, got {value!r}")
        given = self.spec.encode({} if codes is None else codes)
        if noise is not None:
            given |= self.spec.encode_noise(noise)
        batch_size = _common_length({name: len(values) for name, values in given.items()}, num_images)
        seed = int(np.random.default_rng().integers(2**31)) if seed is None else seed
        latents = self.spec.sample(batch_size, stream_seed(seed, Stream.GENERATE))
        for name, values in given.items():
            latents[name] = tf.broadcast_to(values, latents[name].shape)
        return self(self.spec.join(latents))

    def infer_codes(self, images: Any) -> dict[str, Any]:
        """What Q says of images, by code: its posterior's parameters, such as `CategoricalParams(logits)`.

        Args:
            images: `[batch, height, width, channels]`, float in [0, 1].

        Raises:
            ValueError: the images have another shape or type.
        """
        images = self._checked_images(images)
        if tf.executing_eagerly() and not bool(tf.reduce_all((images >= 0) & (images <= 1))):
            raise ValueError(
                "images must be floats in [0, 1], got values outside; uint8 images are to be divided by 255"
            )
        if self.averaged_discriminator is None:
            output = self.discriminator(images, training=False)
        else:
            output = self.averaged_discriminator(images)
        return self.spec.split_posterior(output.posterior)

    def _checked_images(self, images: Any) -> tf.Tensor:
        images = tf.convert_to_tensor(images)
        if not images.shape[1:].is_compatible_with(self.image_shape) or not images.dtype.is_floating:
            expected = ", ".join(map(str, self.image_shape))
            raise ValueError(
                f"images must be floats in [0, 1] of shape [batch, {expected}], got {images.dtype.name} {images.shape}"
            )
        return tf.cast(images, tf.float32)


def _gradients(tape: tf.GradientTape, loss: tf.Tensor, network: keras.Model) -> list[tf.Tensor]:
    return tape.gradient(loss, [variable.value for variable in network.trainable_variables])


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
