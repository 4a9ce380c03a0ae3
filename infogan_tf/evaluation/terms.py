"""What the words in the printed tables mean; the report prints the same."""

from collections.abc import Mapping

CODE_TERMS = {
    "verdict": "used: Q recovers the code from generated images; ignored: it does not; redundant with another: Q's "
    "predictions of the two on real images determine each other, so they mean the same",
    "mutual information": "a lower bound on that of a code and the image (L_I), nats, on fresh generated images",
    "recovery": "share of categories that Q predicts correctly from generated images; for a continuous code R^2",
    "beyond [-1, 1]": "by how much Q's prediction changes where the code changes by 1, from -2 to -1 and from 1 to 2, "
    "outside of what was trained: 1 as much as the code, 0 no more, negative: it turns back",
    "diversity": "how much images with the same value of a code differ, as a share of how much all images do: about 1 "
    "where the code determines nothing, lower the more it determines; least: of the value with the least",
}
CLASSIFICATION_TERMS = {
    "one to one": "each category stands for a class of its own, matched on training images",
    "majority": "each category stands for the class most frequent in it, so two may stand for the same",
    "stability": "share of images that keep their category when they are deformed a little",
}
IMAGE_TERMS = {
    "Frechet distance": "between Gaussians fitted to the features of both sets; 0 for equal sets; comparable only in "
    "the same features and for the same number of images",
    "precision": "share of generated images near some real image; alone it can mislead, since near an outlying real "
    "image can be anything: read it beside density",
    "recall": "share of real images near some generated image",
    "density": "how many real images are near a generated one, relative to real images, which have about 1",
    "coverage": "share of real images with a generated image among their nearest; other real images have about 0.97",
}
HELD_OUT = {"test": "held-out (test) images", "validation": "validation images"}


def held_out_images(run: Mapping[str, str]) -> str:
    """What the held-out images of a run are called; `run` is that part of an evaluation."""
    return HELD_OUT[run["held_out"]]


def legend(terms: Mapping[str, str]) -> str:
    """One line for each term."""
    return "\n".join(f"  {term}: {meaning}" for term, meaning in terms.items())
