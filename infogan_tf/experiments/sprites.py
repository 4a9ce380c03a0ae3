"""dSprites, white shapes on black at 64x64 (Matthey et al. 2017); not in the paper.

Each image is a combination of five known factors, with which an evaluation compares the codes. dSprites come from TFDS.
Without a network, drawn sprites like them take their place, as they do at once with `--data_source=rendered`.
`--dataset=cdsprites --codes="2*uniform"` trains on CdSprites, discs at 40 angles and 27 distances.

The networks, the codes with a fixed standard deviation, the noise and lambda are those of InfoGAN-CR (Lin et al. 2020),
but without its contrastive regularizer, and with batch norm in place of D's spectral norm. Batches are joint, since G's
images were gray noise after 500 updates of a run with separate ones. D learns slowly, since at four times this rate it
had won by update 510. Nothing else was chosen by measurements, and no run was longer than 1,100 updates: untuned
defaults.
"""

from infogan_tf.experiments import Experiment
from infogan_tf.networks.specs import Conv, DiscriminatorSpec, GeneratorSpec, Up

BEST = {
    "dataset": "dsprites",
    "codes": "5*uniform",
    "noise_size": 5,
    "posterior_std": "fixed",
    "info_reg_coeff": 0.05,
    "discriminator_learning_rate": 5e-5,
    "update": "simultaneous",
    "discriminator_batches": "joint",
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
    presets={"quick": {**BEST, "max_epoch": 60}, "best": {**BEST, "max_epoch": 300}},
)
