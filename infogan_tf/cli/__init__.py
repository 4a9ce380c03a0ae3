"""The command line, one file a command. Files load TensorFlow only where a command runs."""
