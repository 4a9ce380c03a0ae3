"""What the command line does with a trained model: generate, encode, traverse, export."""
