"""3D chairs, gray renders on white at 64x64 (paper, section 7.2, Figure 4, appendix C.5 with Tables 6 and 7).

With `--images=rendered_chairs` they come from the archive of Aubry et al. 2014 as it unpacks, whose file names have the
angles that an evaluation compares codes with. Unless others are named, chairs that the package renders itself stand in
for them.

The paper trains a model for each factor that it shows, and gives the weights of the continuous and of the categorical
codes in each: presets `paper_rotation` and `paper_width`. Its table has 3 categorical codes, its main text 4.

`best` has a circular code, since chairs turn all the way around, and two on intervals for what else varies, but no
categories: on the chairs that the package renders, heavy ones took the rotation, and light ones were ignored. R1 holds
D: with batch norm it overfits the chairs at any width and learning rate that was tried, and G's images break into dots.
Uniform codes have a fixed standard deviation, so that none gets so precise that G leaves the circular one alone. The
networks are an eighth as wide as in the paper. `quick` is the same for fewer updates.
"""

from infogan_tf.experiments import Experiment
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

ROTATION = {"dataset": "rendered_chairs", "codes": "3*categorical(20), uniform@10", "noise_size": 128}
BEST = {
    **ROTATION,
    "width": 0.125,
    "codes": "circular, 2*uniform",
    "posterior_std": "fixed",
    "info_reg_coeff": 0.5,
    "r1_gamma": 0.1,
    "discriminator_learning_rate": 5e-4,
    "update": "simultaneous",
    "batch_size": 64,
    "average_decay": 0.99,
    "max_shift": 0,
}

EXPERIMENT = Experiment(
    augmentation="photographs_without_flips",
    image_shape=(64, 64, 1),
    generator=GeneratorSpec(
        dense=(1024,),
        grid=(8, 8, 256),
        ups=(Up(256, strides=1, bn=True), Up(256, strides=1, bn=True), Up(128, bn=True), Up(64, bn=True)),
    ),
    discriminator=DiscriminatorSpec(
        convs=(
            Conv(64),
            Conv(128, bn=True),
            Conv(256, bn=True),
            Conv(256, strides=1, bn=True),
            Conv(256, strides=1, bn=True),
        ),
        dense=(1024,),
    ),
    presets={
        "quick": {**BEST, "max_epoch": 25},
        "best": {**BEST, "max_epoch": 60},
        "paper_rotation": ROTATION,
        "paper_width": {**ROTATION, "codes": "3*categorical(20)@2, uniform@0.05"},
    },
)
