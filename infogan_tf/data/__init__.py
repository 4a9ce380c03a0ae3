"""Image data sets, independent of models: `load_images(ImageRequest(images="FOLDER"))`.

These two names load TensorFlow when they are first used, and the light modules here never do.
"""

__all__ = ["ImageRequest", "load_images"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from infogan_tf.data import sources

    return getattr(sources, name)
