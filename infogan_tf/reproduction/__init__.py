"""The paper's claims beside the results of runs of this package."""
