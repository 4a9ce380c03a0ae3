"""What an evaluation holds, as `evaluation.json` has it: fields are keys, and all values are plain Python ones."""

from dataclasses import dataclass

# A new number whenever what is measured, or how, or its form changes; that of the features too.
VERSION = 11


@dataclass(frozen=True)
class EvaluatedRun:
    """Which run was evaluated, at which update, on which images.

    Attributes:
        folder: its path.
        update: the update of the checkpoint that was measured.
        seed: its seed.
        objective: its objective.
        data: what its images are, for captions.
        held_out: `test` or `validation`.
        held_out_images: how many of them were measured.
    """

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

    Attributes:
        prior: the name of its distribution, such as `Uniform(-1, 1)`.
        is_discrete: whether it is categorical or binary.
        verdict: `used`, `ignored`, or `redundant with <code>`.
        mutual_information: L_I, a lower bound on that of code and image, nats (paper, equation 5).
        standard_error: of that bound, nats.
        entropy: H(c), nats; the bound's ceiling for a discrete code.
        recovery_measure: `accuracy` of a discrete code, `R^2` of a continuous one.
        recovery: how well Q recovers the code from generated images, by that measure.
        extrapolation: slope of Q's prediction outside of the prior's range, 1 at best; None for a discrete or circular
            code, which has no values there.
        diversity: for each value held fixed, how much its images differ, as a share of how much all images do.
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
    """Q's predictions of one categorical code on held-out images.

    Attributes:
        confidence: mean probability of the most probable category, from 1/K to 1.
        balance: entropy of the mean prediction, nats; log K where all categories are equally frequent.
        stability: share of images that keep their category when they are augmented.
    """

    confidence: float
    balance: float
    stability: float


@dataclass(frozen=True)
class MonotoneFit:
    """Errors of a factor's prediction from a code, in the factor's own unit: degrees for an angle.

    Attributes:
        error: mean absolute error on images that the fit has not seen.
        error_of_constant: the same of the best constant, which does not know the code.
        half_turn_start: of an angle, where the half turn that the code predicts best begins, degrees, else None.
        error_in_half_turn: of an angle, the error of the images with an angle in that half turn, fitted without the
            others, else None.
        error_of_constant_in_half_turn: the same of the best constant there.
    """

    error: float
    error_of_constant: float
    half_turn_start: float | None = None
    error_in_half_turn: float | None = None
    error_of_constant_in_half_turn: float | None = None


@dataclass(frozen=True)
class Association:
    """How strongly one code and one factor are associated.

    Attributes:
        measure: name of the measure; `factor_associations.MEASURES` has it for each kind of code and factor.
        value: what it gives, 1 at best.
        chance: what it gives at chance: the mean over 20 random permutations of the factor's values among the images.
            Few images, many groups, and a code of several parts, of which the strongest counts, raise it.
        adjusted: the value adjusted for chance, as the adjusted Rand index is: 0 at chance, 1 at best. A value below
            chance has 0.
        part: the dimension of the code, or the category, that was measured, being the strongest; None where the code
            was measured as a whole.
        note: why nothing was measured, such as a constant code; empty if something was.
        monotone_fit: of a continuous code and a number or an angle, and of a circular code and an angle, how exactly
            the code predicts it, else None.
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
        one_to_one_error: share of images in the wrong class when every category stands for a class of its own.
        majority_error: the same when a category stands for the class that is most frequent in it, so that two may stand
            for the same class and a class may have none.
        matched_error: the error one to one on the training images that the matching was made on: codes can be compared
            by it without the images that are scored.
        nmi: normalized mutual information of categories and classes, arithmetic mean of the entropies; 1 same, 0
            independent.
        ari: adjusted Rand index (Hubert and Arabie 1985); 1 same, about 0 at chance.
        matching: the class of each category, one to one; -1 for one that is left over.
        majority: the most frequent class of each category; -1 for one that no image is in.
        confusion: numbers of held-out images, for each category a list by class.
        class_names: what the classes are.
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
        features: what the network was trained for, on which images, and its error.
        features_hash: SHA-256 of its weights: only numbers measured in features of the same hash can be compared.
        compared_images: how many images of each kind the Frechet distance compares.
        compared_neighborhoods: how many of each kind the nearest neighbors are taken of.
        diversity_of_real_classes: by class factor, for each class of real images what `CodeMeasures.diversity` is for
            generated ones.
        frechet_distance: all generated images against all held-out ones. A distance grows as there are fewer images, so
            only the next two can be compared with each other.
        frechet_distance_halves: half of the generated images against half of the held-out ones.
        frechet_floor_halves: the other half of the held-out images against the same half: what a perfect generator
            would get.
        precision: share of generated images near some real image, in [0, 1].
        recall: share of real images near some generated image, in [0, 1].
        density: how many real images are near a generated one, relative to real images, which have about 1.
        coverage: share of real images with a generated image among their nearest, in [0, 1].
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
    """How well one method changes the class.

    Attributes:
        success: share of results in the target class.
        unchanged: share of results in the source class.
        slant_kept: correlation of the slants of source and result over the results in the target class, within each
            pair of classes: 1 if results are slanted as their sources are, 0 if they are unrelated. It means something
            for bright strokes on black, such as digits. None if there are fewer than ten such results.
    """

    success: float
    unchanged: float
    slant_kept: float | None


@dataclass(frozen=True)
class VectorArithmetic:
    """How well several methods change the class of the same samples into the same target classes.

    Attributes:
        classes: the classes that are sources and targets.
        samples: how many samples were changed, each into one other class.
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
    """Everything that was measured of one run.

    Attributes:
        version: the `VERSION` that it was made by.
        run: which run, and which images.
        codes: by code.
        confidence: by categorical code.
        associations: by code and factor; empty without factors (labels).
        classification: by categorical code and class factor.
        images: generated images against held-out ones.
        vector_arithmetic: None without classes, and if nearly all generated images are of one class.
        pictures: names of the files that were drawn of it in the run's folder.
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
