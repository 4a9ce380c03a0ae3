"""A traversal that moves."""

from pathlib import Path

from PIL import Image

from infogan_tf.figures.pictures import Picture
from infogan_tf.files import write_atomically

MILLISECONDS = 80


def save_animation(path: Path, frames: list[Picture]):
    """Writes a GIF that runs through the frames and back, for ever.

    Args:
        path: the file.
        frames: pictures of one size.
    """
    there_and_back = [Image.fromarray(frame) for frame in (*frames, *frames[-2:0:-1])]
    first, *rest = there_and_back

    def write(partial: Path):
        first.save(partial, "GIF", save_all=True, append_images=rest, duration=MILLISECONDS, loop=0)

    write_atomically(path, write)
