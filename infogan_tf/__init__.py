"""InfoGAN in TensorFlow 2 and Keras 3.

Names load TensorFlow when they are first used, and not before: a mistyped flag is answered at once.
"""

import importlib

from infogan_tf.startup import set_up

set_up()

__version__ = "0.2.0"

_HOMES = {
    "Bernoulli": "distributions",
    "Categorical": "distributions",
    "Circular": "distributions",
    "Config": "config",
    "Gaussian": "distributions",
    "DiscriminatorOutput": "networks.discriminator",
    "InfoGAN": "model",
    "LatentCode": "codes",
    "LatentSpec": "codes",
    "Uniform": "distributions",
    "load": "training.loading",
    "presets": "experiments",
    "train": "training.loop",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
