"""A factor of images, for tests of what is measured with it."""

from infogan_tf.data.factors import Factor


def factor(name, kind, held_out, training=None, class_names=None):
    return Factor(name, kind, training, held_out, class_names)
