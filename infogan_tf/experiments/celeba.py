"""CelebA, photographs of celebrities at 32x32 (paper, section 7.2, Figure 6, appendix C.3 with Table 3).

Its images are cropped to the largest centered square, 178x178 of 178x218 pixels, and resized. They come from TFDS or,
with `--images=img_align_celeba`, from the folder of CelebA's own archive; `list_attr_celeba.txt`, in that folder or
beside it, then has the attributes that an evaluation compares codes with.

The preset `paper` has the paper's table, learning rates and lambda.

`best` has what serves photographs in the experiment `images`, and codes that weigh four times as much as in the paper:
more of them are used, and images are more varied. That was chosen on photographs that stand in for CelebA, without
labels; docs/lab has what was found.
"""

from infogan_tf.experiments import Experiment
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

PAPER = {"dataset": "celeb_a", "codes": "10*categorical(10)", "noise_size": 128}
BEST = {
    **PAPER,
    "width": 0.25,
    "codes": "10*categorical(10)@4",
    "code_augmentation": 1.0,
    "update": "simultaneous",
    "batch_size": 64,
    "average_decay": 0.99,
}

EXPERIMENT = Experiment(
    augmentation="photographs",
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
