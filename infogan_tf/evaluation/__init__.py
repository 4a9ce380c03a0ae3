"""What a model has learned, one measure a file."""

from infogan_tf.evaluation.memorization import Memorization

__all__ = ["Memorization"]
