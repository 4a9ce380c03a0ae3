"""Images that are rendered at their first use."""

from collections.abc import Iterator

import numpy as np

from infogan_tf.console import logger
from infogan_tf.data.cache import HOLD_OUT_OWN_EVERY, Chunk, Source, cache_folder
from infogan_tf.data.labels import Labels
from infogan_tf.data.preparation import Preparation, in_parallel
from infogan_tf.data.rendered import RENDERED_DATASETS
from infogan_tf.data.rendered.chairs import CHAIR_FACTORS, random_chair
from infogan_tf.data.rendered.heads import HEAD_FACTORS, random_head

RENDERERS = dict(zip(RENDERED_DATASETS, ((random_head, HEAD_FACTORS), (random_chair, CHAIR_FACTORS)), strict=True))
# With a tenth held out, enough that D sees them as they are: `infogan_tf.augmentation.FEW_IMAGES`.
NUM_RENDERED = 25_000
# To be increased with every change in `infogan_tf.data.rendered` that changes pixels or labels.
RENDERING_VERSION = 1


def rendered_source(dataset: str, preparation: Preparation) -> Source:
    """One of `RENDERED_DATASETS`, each image rendered from its own seed; every tenth is held out."""
    state = NUM_RENDERED, RENDERING_VERSION
    return Source("rendered", dataset, preparation, state, lambda: _render(dataset, preparation), HOLD_OUT_OWN_EVERY)


def _render(dataset: str, preparation: Preparation) -> Iterator[Chunk]:
    folder = cache_folder() / "images"
    logger.info(f"rendering {NUM_RENDERED:,} images for {dataset}, which are kept in {folder}")
    draw, names = RENDERERS[dataset]
    size, channels = preparation.size, preparation.channels
    rendered = in_parallel(
        lambda seed: draw(np.random.default_rng([0, seed]), size), range(NUM_RENDERED), NUM_RENDERED, "rendering images"
    )
    for image, factors in rendered:
        columns = dict(zip(names, factors[:, None], strict=True))
        yield Chunk(image[None].repeat(channels, axis=-1), Labels.of(columns))
