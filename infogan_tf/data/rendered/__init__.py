"""Heads and chairs that the package renders itself, deterministic and with every factor known."""

RENDERED_DATASETS = ("rendered_heads", "rendered_chairs")
