"""3D chairs, gray renders on white at 64x64 (paper, section 7.2, Figure 4, appendix C.5 with Tables 6 and 7).

With `--images=rendered_chairs` they come from the archive of Aubry et al. 2014 as it unpacks, whose file names have the
angles that an evaluation compares codes with. Unless others are named, chairs that the package renders itself stand in
for them.

The paper trains a model for each factor that it shows, and gives the weights of the continuous and of the categorical
codes in each: presets `paper_rotation` and `paper_width`. Its table has 3 categorical codes, its main text 4.

`best` has a circular code, since chairs turn all the way around, and two on intervals for what else varies, but no
categories: on the chairs that the package renders, heavy ones took the rotation, and light ones were ignored. D sees
real and generated images in one batch: in separate ones batch norm hides from it how bright a batch is, and G doesn't
learn the white background for hundreds of updates. D learns at half the paper's rate and sees augmented images, since
it overfits the chairs otherwise, and codes weigh far less than in the paper, since with heavy ones G's images stayed
noise. The networks are a quarter as wide as in the paper. `quick` is the same for fewer updates.
"""

from infogan_tf.experiments import Experiment
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

ROTATION = {"dataset": "rendered_chairs", "codes": "3*categorical(20), uniform@10", "noise_size": 128}
BEST = {
    **ROTATION,
    "width": 0.25,
    "codes": "circular@0.3, 2*uniform@0.3",
    "discriminator_learning_rate": 1e-4,
    "update": "simultaneous",
    "discriminator_batches": "joint",
    "batch_size": 64,
    "average_decay": 0.99,
    "max_shift": 4,
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
