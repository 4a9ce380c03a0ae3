"""How the time of one update grows with the size of the images, in color, by the networks that follow from it."""

from statistics import median

import numpy as np
from absl import app, flags
from machine import describe_onednn, processor
from timing import interleaved

import infogan_tf  # noqa: F401 - turns oneDNN on, before TensorFlow is loaded.

flags.DEFINE_list("sizes", ["16", "32", "48", "64", "96", "128"], "Heights and widths in pixels.")
flags.DEFINE_integer("batch_size", 128, "Images in a batch.", lower_bound=2)
flags.DEFINE_integer("rounds", 3, "Rounds; the median is taken over them.", lower_bound=1)


def main(_):
    import tensorflow as tf

    from infogan_tf.build_model import build_model, compile_model
    from infogan_tf.experiments import presets
    from infogan_tf.runtime import onednn_is_on

    config = next(iter(presets("images").values()))

    def update_of(size: int):
        shape = (size, size, 3)
        model = build_model(config, shape)
        compile_model(model, config)
        images = np.random.default_rng(0).random([flags.FLAGS.batch_size, *shape], np.float32)
        update, batch = tf.function(model.apply_update), tf.constant(images)
        return lambda: [float(value) for value in update(batch).values()]

    sizes = [int(size) for size in flags.FLAGS.sizes]
    seconds = interleaved({str(size): update_of(size) for size in sizes}, flags.FLAGS.rounds, repeats=1)
    print(f"{processor()}, {describe_onednn(onednn_is_on())}, batch {flags.FLAGS.batch_size}\n")
    print("| image | ms an update | us an image |\n| --- | --- | --- |")
    for size in sizes:
        milliseconds = 1e3 * median(seconds[str(size)])
        print(f"| {size}x{size}x3 | {milliseconds:.0f} | {1e3 * milliseconds / flags.FLAGS.batch_size:.0f} |")


if __name__ == "__main__":
    app.run(main)
