"""Pictures of a model, for TensorBoard and for the paper's figures."""

from infogan_tf.figures.pictures import Picture, save_picture, side_by_side, tile, with_caption
from infogan_tf.figures.preview import Preview
from infogan_tf.figures.traversals import describe_traversal, traverse, vary

__all__ = [
    "Picture",
    "Preview",
    "describe_traversal",
    "save_picture",
    "side_by_side",
    "tile",
    "traverse",
    "vary",
    "with_caption",
]
