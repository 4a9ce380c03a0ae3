"""A factor of held-out images, for tests of what is measured with it."""

from types import SimpleNamespace


def factor(name, kind, held_out):
    return SimpleNamespace(name=name, kind=kind, held_out=held_out)
