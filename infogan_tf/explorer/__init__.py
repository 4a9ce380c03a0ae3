"""A page in the browser with a knob for each code, and its server. Nothing in this file loads TensorFlow."""

RUNS = "the folder of a run, a folder with runs in it, or a .keras file"  # What can be explored.
