"""Generators and discriminators as rows of the paper's tables."""
