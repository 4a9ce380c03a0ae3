"""An experiment's settings, as documented and checked dataclasses. Nothing here loads TensorFlow."""

from infogan_tf.configs.base import ExperimentConfig
from infogan_tf.configs.mnist import PRESETS, MnistConfig
from infogan_tf.configs.presets import describe_preset

CONFIGS = {config.experiment: config for config in (MnistConfig,)}

__all__ = ["CONFIGS", "PRESETS", "ExperimentConfig", "MnistConfig", "describe_preset"]
