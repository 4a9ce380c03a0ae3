"""What an evaluation holds, as `evaluation.json` has it: fields are keys, and all values are plain Python ones.

The glossary says what the measures mean; here are the units and what it does not say.
"""

from dataclasses import dataclass

# A new number whenever what is measured, or how, or its form changes; that of the features too.
VERSION = 13


@dataclass(frozen=True)
class EvaluatedRun:
    """Which run was evaluated, and on how many images of which set."""

    folder: str
    update: int
    seed: int
    objective: str
    data: str
    held_out: str  # `test` or `validation`.
    held_out_images: int


@dataclass(frozen=True)
class CodeMeasures:
    """What one code means, measured without labels; information (L_I; paper, equation 5) and entropies in nats."""

    prior: str
    is_discrete: bool
    verdict: str
    mutual_information: float
    standard_error: float
    entropy: float  # H(c), which the information of a discrete code can't exceed.
    recovery_measure: str  # `accuracy` of a discrete code, `R^2` of a continuous one.
    recovery: float
    extrapolation: float | None  # None of a discrete or circular code, which has no values beyond its range.
    diversity: list[float]  # By value held fixed.


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
    """How strongly one code and one factor are associated, by the measure that `factor_associations.MEASURES` names."""

    measure: str
    value: float
    chance: float
    adjusted: float  # The value adjusted for chance, as the adjusted Rand index is: 0 at or below chance, 1 at best.
    part: int | None = None  # The strongest dimension or category, which was measured; None for the code as a whole.
    note: str = ""  # Why nothing was measured, such as a constant code.
    monotone_fit: MonotoneFit | None = None  # Of a continuous code and a number, a continuous or circular and an angle.


@dataclass(frozen=True)
class DisentanglementScore:
    """One measure of disentanglement: the mean over splits, the lowest and highest of them, and the mean at chance."""

    value: float
    lowest: float
    highest: float
    chance: float
    settings: str


@dataclass(frozen=True)
class Disentanglement:
    """How codes and factors correspond, by the field's measures, on random splits of the held-out images."""

    dimensions: list[str]  # Of the codes: `c1`, or `c2[0]` of a code that has several.
    factors: dict[str, int]  # How many values each has, as it was measured.
    binned: list[str]  # Those of the factors that were cut into bins.
    left_out: list[str]  # Factors that were not measured: too many values, or nearly always the same.
    fitted: int  # How many images a split has to fit to,
    tested: int  # and how many others to test on.
    splits: int
    scores: dict[str, DisentanglementScore]  # By measure; only those defined for so many factors.


@dataclass(frozen=True)
class Classification:
    """The categories of a code as a classifier of held-out images."""

    one_to_one_error: float
    majority_error: float
    matched_error: float  # One to one, on the training images of the matching: to choose codes without held-out ones.
    nmi: float | None  # None, as the next, where all held-out images are of one class.
    ari: float | None
    matching: list[int]  # The class of each category, one to one; -1 for one that is left over.
    majority: list[int]  # The most frequent class of each category; -1 for one that no image is in.
    confusion: list[list[int]]  # Numbers of held-out images, for each category a list by class.
    class_names: list[str]


@dataclass(frozen=True)
class ImageMeasures:
    """Generated images against held-out ones, in the features of a small network.

    A Frechet distance grows as there are fewer images, so only those of halves can be compared with each other: of half
    of the generated images from half of the held-out ones, and the floor, of the other half of the held-out images from
    the same half: what a perfect generator would get.
    """

    features: str
    features_hash: str  # SHA-256 of the weights: only numbers in features of the same hash can be compared.
    compared_images: int  # How many of each kind the Frechet distance compares.
    compared_neighborhoods: int  # How many of each kind the nearest neighbors are taken of.
    # By class factor and class, as `CodeMeasures.diversity`, without classes of a single held-out image.
    diversity_of_real_classes: dict[str, list[float]]
    frechet_distance: float | None  # None, here and below, if too few images are held out.
    frechet_distance_halves: float | None
    frechet_floor_halves: float | None
    precision: float | None
    recall: float | None
    density: float | None
    coverage: float | None


@dataclass(frozen=True)
class ClassChange:
    """How well one method changes the class: shares of results in the target class, and still in the source class."""

    success: float
    unchanged: float
    slant_kept: float | None  # Of bright strokes on black, such as digits; None if fewer than ten results succeeded.


@dataclass(frozen=True)
class VectorArithmetic:
    """How well several methods change the class of the same samples into the same target classes."""

    classes: list[int]
    samples: int  # How many samples of `classes` were changed, each into another of them.
    chance: float  # The success if the results were fresh samples.
    codes: list[str]  # By class of `classes` the category that stands for it, `c1=3`; empty if no code is categorical.
    changes: dict[str, ClassChange]  # By method: `mean of 3`, `mean of 100`, and `one code` if one is categorical.


@dataclass(frozen=True)
class Evaluation:
    """Everything that was measured of one run, by code, and what has to do with factors (labels) by code and factor."""

    version: int  # The `VERSION` that it was made by.
    run: EvaluatedRun
    codes: dict[str, CodeMeasures]
    confidence: dict[str, Confidence]
    associations: dict[str, dict[str, Association]]
    disentanglement: Disentanglement | None  # None without factors, or where they can't be measured.
    classification: dict[str, dict[str, Classification]]
    images: ImageMeasures
    vector_arithmetic: VectorArithmetic | None  # None without classes, or if nearly all images are generated of one.
    pictures: list[str]  # Names of files in the run's folder.
