"""The user's own images: a folder, an .npz file or any image data set of TFDS.

Networks follow from the size of the images. Q predicts the categorical codes from augmented photographs, and few images
are augmented for D, which prevents it from overfitting.
"""

from infogan_tf.experiments import Experiment

SHARED = {
    "dataset": None,
    "codes": "categorical(10), 4*uniform@0.1",
    "code_augmentation": 1.0,
    "update": "simultaneous",
    "average_decay": 0.99,
}

EXPERIMENT = Experiment(
    augmentation="photographs",
    presets={"photographs": {**SHARED, "noise_size": 128}, "digits": {**SHARED, "augmentation": "digits"}},
)
