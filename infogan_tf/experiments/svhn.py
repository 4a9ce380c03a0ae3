"""SVHN, house numbers in color (paper, section 7.2, Figure 5, appendix C.2 with Table 2).

The preset `paper` has the paper's table, learning rates and lambda. Its continuous codes weigh 0.1, as those of MNIST,
since the paper gives no number. Its table has 4 categorical and 4 continuous codes, its main text 4 and 2.

`best` is a start and was not chosen by measurements: what serves photographs in the experiment `images`, but without
flips, which would change digits. Q predicts the categorical codes from augmented images, D and G are updated at once,
and images come from averaged weights.
"""

from infogan_tf.experiments import Experiment
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

PAPER = {"dataset": "svhn_cropped", "codes": "4*categorical(10), 4*uniform@0.1", "noise_size": 124}
BEST = {**PAPER, "width": 0.25, "code_augmentation": 1.0, "update": "simultaneous", "average_decay": 0.99}

EXPERIMENT = Experiment(
    augmentation="photographs_without_flips",
    image_shape=(32, 32, 3),
    generator=GeneratorSpec(grid=(2, 2, 448), ups=(Up(256, bn=True), Up(128), Up(64)), output="tanh"),
    discriminator=DiscriminatorSpec(
        convs=(Conv(64), Conv(128, bn=True), Conv(256, bn=True)), code_hidden=128, signed_input=True
    ),
    presets={
        "quick": {**BEST, "max_epoch": 40},
        "best": {**BEST, "max_epoch": 150},
        "paper": PAPER,
    },
)
