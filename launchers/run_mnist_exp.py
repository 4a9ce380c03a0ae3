"""Trains InfoGAN on MNIST; watch it with `tensorboard --logdir logs/mnist`.

Start it with no flag at all, or with any of those below. The same command with the same --run_folder resumes.
"""

import infogan_tf
from infogan_tf.configs.mnist import PRESETS
from infogan_tf.launching import launch

if __name__ == "__main__":
    launch(PRESETS, lambda config: infogan_tf.train(config))
