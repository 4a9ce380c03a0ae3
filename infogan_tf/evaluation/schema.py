"""What an evaluation holds, as `evaluation.json` has it: fields are keys, and all values are plain Python ones.

The glossary says what the measures mean; here are the units and what it does not say.
"""

from dataclasses import dataclass

# A new number whenever what is measured, or how, or its form changes; that of the features too.
VERSION = 11


@dataclass(frozen=True)
class EvaluatedRun:
    """Which run was evaluated, and on how many images of which set: `held_out` is `test` or `validation`."""

    folder: str
    update: int
    seed: int
    objective: str
    data: str
    held_out: str
    held_out_images: int


@dataclass(frozen=True)
class CodeMeasures:
    """What one code means, measured without labels.

    Information (L_I; paper, equation 5), its standard error and the entropy H(c) are in nats. `recovery_measure` is
    `accuracy` of a discrete code, `R^2` of a continuous one. A discrete or circular code has no values beyond its
    range, so its extrapolation is None. The diversity is by value held fixed.
    """

    prior: str
    is_discrete: bool
    verdict: str
    mutual_information: float
    standard_error: float
    entropy: float
    recovery_measure: str
    recovery: float
    extrapolation: float | None
    diversity: list[float]


@dataclass(frozen=True)
class Confidence:
    """Q's predictions of one categorical code on held-out images."""

    confidence: float
    balance: float
    stability: float


@dataclass(frozen=True)
class MonotoneFit:
    """Errors of a factor's prediction from a code, and of the best constant, in the factor's own unit.

    Of an angle (degrees) also those in the half turn that the code predicts best, unless none has enough images.
    """

    error: float
    error_of_constant: float
    half_turn_start: float | None = None
    error_in_half_turn: float | None = None
    error_of_constant_in_half_turn: float | None = None


@dataclass(frozen=True)
class Association:
    """How strongly one code and one factor are associated, by the measure that `factor_associations.MEASURES` names.

    Attributes:
        adjusted: the value adjusted for chance, as the adjusted Rand index is: 0 at or below chance, 1 at best.
        part: the dimension of the code, or the category, that was measured, being the strongest; None where the code
            was measured as a whole.
        note: why nothing was measured, such as a constant code; empty if something was.
        monotone_fit: of a continuous code and a number or an angle, and of a circular code and an angle, else None.
    """

    measure: str
    value: float
    chance: float
    adjusted: float
    part: int | None = None
    note: str = ""
    monotone_fit: MonotoneFit | None = None


@dataclass(frozen=True)
class Classification:
    """The categories of a code as a classifier of held-out images.

    Attributes:
        matched_error: the error one to one on the training images that the matching was made on: codes can be compared
            by it without the images that are scored.
        matching: the class of each category, one to one; -1 for one that is left over.
        majority: the most frequent class of each category; -1 for one that no image is in.
        confusion: numbers of held-out images, for each category a list by class.
    """

    one_to_one_error: float
    majority_error: float
    matched_error: float
    nmi: float
    ari: float
    matching: list[int]
    majority: list[int]
    confusion: list[list[int]]
    class_names: list[str]


@dataclass(frozen=True)
class ImageMeasures:
    """Generated images against held-out ones, in the features of a small network.

    Attributes:
        features_hash: SHA-256 of the weights: only numbers measured in features of the same hash can be compared.
        compared_images: how many images of each kind the Frechet distance compares; `compared_neighborhoods` is how
            many the nearest neighbors are taken of.
        diversity_of_real_classes: by class factor and class, what `CodeMeasures.diversity` is for generated images.
        frechet_distance: a distance grows as there are fewer images, so only the next two can be compared with each
            other: of half of the generated images from half of the held-out ones, and the floor, of the other half of
            the held-out images from the same half: what a perfect generator would get.
    """

    features: str
    features_hash: str
    compared_images: int
    compared_neighborhoods: int
    diversity_of_real_classes: dict[str, list[float]]
    frechet_distance: float
    frechet_distance_halves: float
    frechet_floor_halves: float
    precision: float
    recall: float
    density: float
    coverage: float


@dataclass(frozen=True)
class ClassChange:
    """How well one method changes the class: shares of results in the target class, and still in the source class.

    `slant_kept` means something for bright strokes on black, such as digits; it is None if there are fewer than ten
    results in the target class.
    """

    success: float
    unchanged: float
    slant_kept: float | None


@dataclass(frozen=True)
class VectorArithmetic:
    """How well several methods change the class of the same samples into the same target classes.

    Attributes:
        samples: how many samples of `classes` were changed, each into another of them.
        chance: the success if the results were fresh samples.
        codes: by class of `classes`, the category that stands for it, such as `c1=3`; empty if no code is categorical.
        changes: by method: `mean of 3`, `mean of 100`, and `one code` if there is a categorical one.
    """

    classes: list[int]
    samples: int
    chance: float
    codes: list[str]
    changes: dict[str, ClassChange]


@dataclass(frozen=True)
class Evaluation:
    """Everything that was measured of one run, by code, and what has to do with factors (labels) by code and factor.

    The version is the `VERSION` that it was made by. There is no vector arithmetic without classes, or if nearly all
    generated images are of one class. Pictures are the names of files in the run's folder.
    """

    version: int
    run: EvaluatedRun
    codes: dict[str, CodeMeasures]
    confidence: dict[str, Confidence]
    associations: dict[str, dict[str, Association]]
    classification: dict[str, dict[str, Classification]]
    images: ImageMeasures
    vector_arithmetic: VectorArithmetic | None
    pictures: list[str]
