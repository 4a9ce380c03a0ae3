"""What TensorBoard says of each curve, and which come first."""

FIRST = "mutual_information"

DESCRIPTIONS = {
    "mutual_information/": "Lower bound L_I on the mutual information of a code and the image, in nats, on the batch; "
    "from below 0 (Q is worse than the prior) up to the code's entropy, ln 10 = 2.30 for a 10-way categorical code.",
    "mutual_information_deformed/": "The same bound where Q sees augmented images; this one is trained.",
    "cross_entropy/": "-E[log Q(c|x)], in nats; the mutual information is the code's entropy minus this.",
    "loss/discriminator": "-E[log D(x)] - E[log(1 - D(G(z, c)))], in nats, 0 or more; 2 ln 2 = 1.39 if D only guesses.",
    "loss/generator": "-E[log D(G(z, c))], in nats, 0 or more; ln 2 = 0.69 if D only guesses.",
    "discriminator/real": "D's output on real images: mean, smallest and largest probability of real, 0 to 1.",
    "discriminator/fake": "D's output on generated images: mean, smallest and largest probability of real, 0 to 1.",
    "gradient_norm/": "L2 norm of the gradient of all weights of one network, 0 or more.",
    "posterior_std/": "Smallest and largest standard deviation of Q(c|x) on the batch; "
    "a uniform code on [-1, 1] has 0.58 by itself.",
    "consistency/": "Mutual information of what Q predicts from real images and from augmented copies of them, in "
    "nats, 0 to ln 10 = 2.30 for a 10-way categorical code.",
    "memorization/": "D's mean probability of real, 0 to 1, on up to 500 images; training and held-out drift apart "
    "when D overfits.",
    "speed/updates_per_second": "Updates per second since the last point, pictures and checkpoints included.",
    "evaluation/mutual_information": "Lower bound on the mutual information of a code and the image, in nats, on many "
    "generated images.",
    "evaluation/standard_error": "Standard error of that bound, in nats.",
    "evaluation/": "Measured by launchers/evaluate.py on held-out and generated images; see its table.",
}


def describe(tag: str) -> str:
    """What a curve shows, its unit and its range, in one line; nothing for a tag that is not known."""
    matching = [prefix for prefix in DESCRIPTIONS if tag.startswith(prefix)]
    return DESCRIPTIONS[max(matching, key=len)] if matching else ""


def displayed(tag: str) -> str:
    """The tag by which TensorBoard shows a curve.

    TensorBoard sorts groups by the codes of their characters, in which capitals come first, and offers no other order;
    so the mutual information is written with one.
    """
    return tag[0].upper() + tag[1:] if tag.startswith(FIRST) else tag
