"""3D faces, gray renders of heads (paper, section 7.2, Figure 3, appendix C.4 with Tables 4 and 5).

The paper's faces need a form. Unless others are named, heads that the package renders itself stand in for them.

The paper trains a model for each factor that it shows, and gives lambda and the learning rates of each. So there are
the presets `paper_azimuth`, `paper_elevation` and, with the same numbers for both, `paper_lighting_and_width`.

`best` finds four factors at once, with as many codes: a fifth one takes how far a head is turned, and leaves which side
to the other. It has the settings for azimuth, but networks a quarter as wide, which learn with twice the paper's steps,
and D and G are updated at once, on smaller batches: codes align with factors only as G's images get good, which takes
many updates. Images come from averaged weights, and D sees images as they are, as in the paper. `quick` is the same for
fewer updates. docs/lab has what else was tried.
"""

from infogan_tf.experiments import Experiment
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

CODES = {"dataset": "rendered_heads", "codes": "5*uniform", "noise_size": 128}
AZIMUTH = {**CODES, "discriminator_learning_rate": 2e-4, "generator_learning_rate": 5e-4, "info_reg_coeff": 0.2}
OTHERS = {**CODES, "generator_learning_rate": 3e-4, "info_reg_coeff": 0.1}
BEST = {
    **AZIMUTH,
    "codes": "4*uniform",
    "width": 0.25,
    "discriminator_learning_rate": 4e-4,
    "generator_learning_rate": 1e-3,
    "update": "simultaneous",
    "batch_size": 64,
    "average_decay": 0.99,
    "max_shift": 0,
}

EXPERIMENT = Experiment(
    augmentation="photographs_without_flips",
    image_shape=(32, 32, 1),
    generator=GeneratorSpec(dense=(1024,), grid=(8, 8, 128), ups=(Up(64, bn=True),)),
    discriminator=DiscriminatorSpec(convs=(Conv(64), Conv(128, bn=True)), dense=(1024,)),
    best_gives="codes align better with elevation and azimuth",
    presets={
        "quick": {**BEST, "max_epoch": 120},
        "best": {**BEST, "max_epoch": 240},
        "paper_azimuth": AZIMUTH,
        "paper_elevation": {**OTHERS, "discriminator_learning_rate": 4e-4},
        "paper_lighting_and_width": {**OTHERS, "discriminator_learning_rate": 8e-4},
    },
)
