"""The user's own images: a folder, an .npz file or any image data set of TFDS.

Networks follow from the size of the images, at a quarter of the width that the paper's have for such images, and the
length of training from `--minutes`. Q predicts the categorical codes from augmented photographs, and few images
are augmented for D, which prevents it from overfitting.
"""

from infogan_tf.experiments import Experiment

SHARED = {
    "dataset": None,
    "width": 0.25,
    "max_epoch": None,
    "minutes": 20.0,
    "codes": "categorical(10), 4*uniform@0.1",
    "code_augmentation": 1.0,
    "update": "simultaneous",
    "batch_size": 64,
    "average_decay": 0.99,
}

EXPERIMENT = Experiment(
    augmentation="photographs",
    presets={"photographs": {**SHARED, "noise_size": 128}, "digits": {**SHARED, "augmentation": "digits"}},
)
