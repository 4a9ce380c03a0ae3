"""Pictures of a model, for TensorBoard and for the paper's figures."""
