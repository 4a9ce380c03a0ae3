"""Heads and chairs that the package renders itself, small and deterministic, with every factor known."""

RENDERED_DATASETS = ("rendered_heads", "rendered_chairs")
