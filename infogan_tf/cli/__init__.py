"""The command line: flags and commands, which load fast, and a module for the work of each, which loads TensorFlow."""
