"""Image data sets, independent of models. Importers name the module, so that a light one loads no TensorFlow."""
