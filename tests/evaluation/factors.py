"""A factor of images, for tests of what is measured with it."""

from types import SimpleNamespace


def factor(name, kind, held_out, training=None, class_names=None):
    num_classes = class_names and len(class_names)
    return SimpleNamespace(
        name=name, kind=kind, held_out=held_out, training=training, class_names=class_names, num_classes=num_classes
    )
