"""dSprites, white shapes on black at 64x64 (Matthey et al. 2017); not in the paper.

Each image is a combination of five known factors, with which an evaluation compares the codes. dSprites come from TFDS.
Without a network, drawn sprites like them take their place, as they do at once with `--data_source=rendered`.
`--dataset=cdsprites --codes="circular, uniform"` trains on CdSprites, discs at 40 angles and 27 distances.

The layers, the codes and the noise are those of InfoGAN-CR (Lin et al. 2020), without its contrastive regularizer, and
half as wide. R1 holds D in place of spectral norm, with which codes aligned less on validation images; with batch norm
D wins, and codes hardly align.

Q learns the standard deviations of the codes, down to 0.3. With a fixed one, as in InfoGAN-CR, L_I counts squared
errors, and their sum is about the same whether a factor is one code or a weighted sum of several. With a learned one it
counts their logarithms, so that one precise code is worth more than several vague ones. With a lower floor or another
lambda codes aligned more slowly or not at all.
"""

from infogan_tf.experiments import Experiment
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

BEST = {
    "dataset": "dsprites",
    "width": 0.5,
    "codes": "5*uniform",
    "noise_size": 5,
    "min_std": 0.3,
    "info_reg_coeff": 0.05,
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
    generator=GeneratorSpec(dense=(128,), grid=(4, 4, 64), ups=(Up(64, bn=True), Up(32, bn=True), Up(32, bn=True))),
    discriminator=DiscriminatorSpec(
        convs=(Conv(32), Conv(32, bn=True), Conv(64, bn=True), Conv(64, bn=True)), dense=(128,), code_hidden=128
    ),
    best_gives="the scale of a sprite becomes a code too, after some 5,000 updates",
    presets={"quick": {**BEST, "max_epoch": 40}, "best": {**BEST, "max_epoch": 100}},
)
