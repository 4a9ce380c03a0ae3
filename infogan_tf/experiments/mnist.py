"""MNIST (paper, section 7.1, Figures 1 and 2, appendix C.1 with Table 1).

The preset `paper` has the paper's settings: slope 0.1, std = exp(output), lambda 1 and, for continuous codes, "a
smaller one"; how much smaller is not given, here 0.1. `original` is what the original code does where it differs: slope
0.01, std fixed to 1, every code with the same weight.

`best` is the paper's objective, but Q has to predict c1 from augmented images, and its predictions from a real image
and from an augmented copy should agree: so c1 becomes the digit, and c2 and c3 how it is drawn. The networks are a
quarter as wide as in the paper, with which an update takes an eighth of the time, and learn with larger steps. D and G
are updated at once, and images come from an average of G's weights. `quick` is the same for less than half of the time.
All of that was chosen on a validation split; docs/results.md has what seeds that no choice has seen reach.
"""

from infogan_tf.experiments import Experiment
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

BEST = {
    "width": 0.25,
    "code_augmentation": 1.0,
    "consistency": 1.0,
    "average_decay": 0.99,
    "discriminator_learning_rate": 1.6e-3,
    "generator_learning_rate": 4e-3,
    "update": "simultaneous",
    "max_epoch": 130,
}

EXPERIMENT = Experiment(
    augmentation="digits",
    image_shape=(28, 28, 1),
    best_gives="images are closer to real ones and more varied",
    traversal_scale=2.0,
    generator=GeneratorSpec(dense=(1024,), grid=(7, 7, 128), ups=(Up(64, bn=True),), output="sigmoid"),
    discriminator=DiscriminatorSpec(convs=(Conv(64), Conv(128, bn=True)), dense=(1024,), code_hidden=128),
    presets={
        "quick": {**BEST, "max_epoch": 55},
        "best": BEST,
        "paper": {},
        "original": {"codes": "categorical(10), 2*uniform", "leaky_slope": 0.01, "posterior_std": "fixed"},
    },
)
