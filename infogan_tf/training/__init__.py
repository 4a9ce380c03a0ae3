"""Training runs: the loop, a run's folder, record and checkpoints, and loading trained models."""
