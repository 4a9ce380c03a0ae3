"""Named codes and noise: the generator's input, and what Q predicts of it."""

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from infogan_tf.code_text import NOISE_NAME, RESERVED_NAMES, CodeTerm, parse_codes
from infogan_tf.console import text_table
from infogan_tf.distributions import Bernoulli, Categorical, Circular, Distribution, Gaussian, Uniform
from infogan_tf.distributions.base import float_array
from infogan_tf.distributions.continuous import DEFAULT_MIN_STD
from infogan_tf.options import check_number
from infogan_tf.randomness import Seed, split_seed


@dataclasses.dataclass(frozen=True)
class LatentCode:
    """One named input of the generator.

    Attributes:
        name: its name in tables, TensorBoard and `generate`; letters, digits and underscores.
        distribution: its prior and the family of its posterior.
        regularized: True for a code, whose mutual information with the image is maximized; False for noise.
        weight: weight of its mutual information in the objective, a factor on lambda, >= 0.

    >>> LatentCode("c1", Categorical(10)).weight
    1.0
    """

    name: str
    distribution: Distribution
    regularized: bool = True
    weight: float = 1.0

    def __post_init__(self):
        if not isinstance(self.name, str) or not re.fullmatch(r"\w+", self.name) or self.name in RESERVED_NAMES:
            expected = f"be letters, digits and underscores, and none of {', '.join(RESERVED_NAMES)}"
            raise ValueError(f"name of a latent code must {expected}, got {self.name!r}")
        if not isinstance(self.distribution, Distribution):
            raise ValueError(f"distribution of {self.name} must be a Distribution, got {self.distribution!r}")
        if not isinstance(self.regularized, bool):
            raise ValueError(f"regularized of {self.name} must be True or False, got {self.regularized!r}")
        object.__setattr__(self, "weight", check_number(f"weight of {self.name}", self.weight))

    def encode(self, values: Any) -> tf.Tensor:
        """Plain values as codes; a ValueError for wrong ones names the code."""
        try:
            return self.distribution.encode(values)
        except ValueError as error:
            raise ValueError(f"code {self.name}: {error}") from error


@keras.saving.register_keras_serializable("infogan_tf")
@dataclasses.dataclass(frozen=True)
class LatentSpec:
    """The generator's whole input, in order: latents of different names, at least one of them a code.

    `print(spec)` shows it as a table.

    >>> spec = LatentSpec((LatentCode("z", Uniform(size=62), regularized=False), LatentCode("c1", Categorical(10))))
    >>> spec.size, spec.posterior_size
    (72, 10)
    """

    latents: tuple[LatentCode, ...]

    def __post_init__(self):
        latents = tuple(self.latents) if isinstance(self.latents, Iterable) else (self.latents,)
        if not all(isinstance(latent, LatentCode) for latent in latents):
            raise ValueError(f"latents must be LatentCodes, got {self.latents!r}")
        object.__setattr__(self, "latents", latents)
        names = [latent.name for latent in latents]
        if not self.codes or len(set(names)) < len(names):
            raise ValueError(f"latents must have different names and hold a regularized code, got {latents}")

    @classmethod
    def parse(
        cls, codes: str, noise_size: int, posterior_std: float | None = None, min_std: float = DEFAULT_MIN_STD
    ) -> "LatentSpec":
        """Noise z ~ Uniform(-1, 1) of `noise_size` >= 0 dimensions, and the codes that a text describes.

        `code_text` has the form of the text, and a ValueError that names a wrong term. `posterior_std` and `min_std`
        are those of every uniform or Gaussian code, see `ContinuousDistribution`.

        >>> LatentSpec.parse("categorical(10), 2*uniform@0.1", noise_size=62).size
        74
        """
        std = {"posterior_std": posterior_std, "min_std": min_std}
        latents = [LatentCode(term.name, _distribution(term, std), weight=term.weight) for term in parse_codes(codes)]
        noise = [LatentCode(NOISE_NAME, Uniform(-1, 1, size=noise_size), regularized=False)] if noise_size else []
        return cls((*noise, *latents))

    @property
    def codes(self) -> tuple[LatentCode, ...]:
        """The regularized latents, which Q predicts."""
        return tuple(latent for latent in self.latents if latent.regularized)

    @property
    def categorical_codes(self) -> tuple[LatentCode, ...]:
        """The codes that are one of several categories."""
        return tuple(code for code in self.codes if code.distribution.num_categories)

    @property
    def noise(self) -> tuple[LatentCode, ...]:
        """The latents that Q does not predict."""
        return tuple(latent for latent in self.latents if not latent.regularized)

    @property
    def size(self) -> int:
        """Width of the generator's input."""
        return sum(_sizes(self.latents).values())

    @property
    def noise_size(self) -> int:
        """Width of all noise together."""
        return sum(_sizes(self.noise).values())

    @property
    def posterior_size(self) -> int:
        """Width of Q's output."""
        return sum(code.distribution.param_size for code in self.codes)

    def code(self, name: str) -> LatentCode:
        """The code of that name; ValueError if there is none."""
        of_name = {code.name: code for code in self.codes}
        if name not in of_name:
            raise ValueError(f"no code is named {name!r}; the codes are {', '.join(of_name)}")
        return of_name[name]

    def sample(self, batch_size: int, seed: Seed) -> dict[str, tf.Tensor]:
        """Draws every latent from its prior: `[batch_size, event_size]` by name."""
        seeds = zip(self.latents, split_seed(seed, len(self.latents)), strict=True)
        return {latent.name: latent.distribution.sample(batch_size, latent_seed) for latent, latent_seed in seeds}

    def vary(self, name: str, latents: Mapping[str, tf.Tensor], values: tf.Tensor) -> dict[str, tf.Tensor]:
        """Latents `[rows, event_size]` by name, each with all values `[columns, event_size]` of one code.

        All else is held fixed. The result is by name too, `[rows * columns, event_size]`, row by row.
        """
        repeated = self.split(tf.repeat(self.join(latents), values.shape[0], axis=0))
        return repeated | {name: tf.tile(values, [latents[name].shape[0], 1])}

    def encode(self, codes: Mapping[str, Any]) -> dict[str, tf.Tensor]:
        """Plain values by name, `{"c1": 3}`, as codes `[batch or 1, event_size]`; ValueError for wrong ones."""
        if not isinstance(codes, Mapping):
            raise ValueError(f"codes must be given by name, such as {{'c1': 3}}, got {codes!r}")
        return {name: self.code(name).encode(values) for name, values in codes.items()}

    def encode_noise(self, noise: Any) -> dict[str, tf.Tensor]:
        """Splits noise `[batch or 1, noise_size]` by name; ValueError if it has another shape."""
        array = float_array("noise", noise)
        if array.ndim != 2 or array.shape[1] != self.noise_size or not len(array):
            raise ValueError(f"noise must have shape [batch, {self.noise_size}], got {list(array.shape)}")
        return _split(array, _sizes(self.noise))

    def join(self, latents: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Concatenates latents by name into the generator's input `[batch, size]`."""
        return tf.concat([latents[latent.name] for latent in self.latents], axis=-1)

    def split(self, joined: tf.Tensor) -> dict[str, tf.Tensor]:
        """Inverse of `join`."""
        return _split(joined, _sizes(self.latents))

    def split_posterior(self, flat: tf.Tensor) -> dict[str, Any]:
        """Q's raw output `[batch, posterior_size]` as each code's posterior distribution, by name."""
        parts = _split(flat, {code.name: code.distribution.param_size for code in self.codes})
        return {code.name: code.distribution.posterior(parts[code.name]) for code in self.codes}

    def get_config(self) -> dict[str, Any]:
        serialize = keras.saving.serialize_keras_object
        return {"latents": [{**vars(code), "distribution": serialize(code.distribution)} for code in self.latents]}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LatentSpec":
        make = keras.saving.deserialize_keras_object
        return cls([LatentCode(**{**code, "distribution": make(code["distribution"])}) for code in config["latents"]])

    def __str__(self) -> str:
        rows = [("name", "prior", "posterior", "size", "regularized", "weight")]
        for latent in self.latents:
            prior, size = latent.distribution.prior_name, str(latent.distribution.event_size)
            of_code = (latent.distribution.posterior_name, size, "yes", f"{latent.weight:g}")
            rows.append((latent.name, prior, *(of_code if latent.regularized else ("-", size, "no", "-"))))
        return text_table(rows)


def _distribution(term: CodeTerm, std: Mapping[str, float | None]) -> Distribution:
    if term.kind == "categorical":
        return Categorical(term.num_categories, term.numbers if len(term.numbers) > 1 else None)
    if term.kind == "circular":
        return Circular()
    kind = {"bernoulli": Bernoulli, "uniform": Uniform, "gaussian": Gaussian}[term.kind]
    return kind(*term.numbers, size=term.size, **({} if kind is Bernoulli else std))


def _sizes(latents: Sequence[LatentCode]) -> dict[str, int]:
    return {latent.name: latent.distribution.event_size for latent in latents}


def _split(joined: Any, sizes: Mapping[str, int]) -> dict[str, tf.Tensor]:
    return dict(zip(sizes, tf.split(joined, [*sizes.values()], axis=-1), strict=True)) if sizes else {}
