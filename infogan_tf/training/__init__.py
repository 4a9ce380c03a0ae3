"""Training runs: the loop, its folder, its checkpoints, and how to get the model back."""

from infogan_tf.training.loading import load
from infogan_tf.training.loop import train

__all__ = ["load", "train"]
