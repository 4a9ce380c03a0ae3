"""The floating-point operations of one update, counted from the networks' layers."""

import keras
from plain_keras import discriminator, generator


def multiply_adds(network: keras.Model) -> list[int]:
    """Multiply-adds of a forward pass over one image, for each layer with a kernel, in order."""
    counts = []
    for layer in network.layers:
        if not hasattr(layer, "kernel"):
            continue
        # Each place of a convolution's output, or of a transposed one's input, takes the whole kernel once.
        places = layer.input if isinstance(layer, keras.layers.Conv2DTranspose) else layer.output
        counts.append(_size(places.shape[1:-1]) * _size(layer.kernel.shape))
    return counts


def update_flops(batch_size: int, update: str, augmented: bool = False, width: float = 1.0) -> float:
    """Floating-point operations of one update; normalization, activations and Adam, a few percent, are left out.

    Args:
        batch_size: images in a batch, real and fake alike.
        update: `alternating` or `simultaneous`.
        augmented: whether D sees the generated images a second time, augmented, for Q.
        width: factor on the channels and units of the paper's table.
    """
    g, d = multiply_adds(generator(width)), multiply_adds(discriminator(width))
    # A backward pass costs a forward one for the weights' gradients and one for those to the inputs, which the first
    # layer needs only where the gradient continues: through D into G.
    d_update = 2 * (3 * sum(d) - d[0])
    g_update = 3 * sum(g) - g[0] + sum(d)
    if update == "alternating":
        g_update += sum(g) + sum(d)
    if augmented:
        d_update += 3 * sum(d) - d[0]
        g_update += 2 * sum(d) if update == "alternating" else sum(d)
    return 2.0 * batch_size * (d_update + g_update)


def _size(shape: tuple[int, ...]) -> int:
    product = 1
    for size in shape:
        product *= size
    return product
