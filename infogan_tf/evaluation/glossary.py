"""What the words in the printed tables mean; the report prints the same."""

from collections.abc import Iterable

from infogan_tf.evaluation.schema import EvaluatedRun

CODE_TERMS = {
    "verdict": "used: Q recovers the code from generated images; ignored: it does not; redundant with another: Q's "
    "predictions of the two on real images determine each other, so they mean the same",
    "mutual information": "a lower bound on that of a code and the image (L_I), nats, on fresh generated images",
    "recovery": "share of discrete codes that Q predicts without an error from generated images; for a continuous "
    "code R^2, 0 for a prediction that is always the mean",
    "extrapolation": "by how much Q's prediction changes where a continuous code changes by 1 outside of the prior's "
    "range, such as from 1 to 2 for Uniform(-1, 1): 1 as much as the code, 0 not at all, negative: in the opposite "
    "direction",
    "diversity": "how much images with the same value of a code differ, as a share of how much all images do: about 1 "
    "where the code determines nothing, lower the more it determines; least: of the value with the least",
}
CLASSIFICATION_TERMS = {
    "error": "share of images in the wrong class, lower is better",
    "one to one": "each category stands for a class of its own, matched on training images",
    "majority": "each category stands for the class most frequent in it, so two may stand for the same",
    "NMI": "normalized mutual information of categories and classes; 0 unrelated, 1 the same partition",
    "ARI": "adjusted Rand index of categories and classes; about 0 at chance, 1 the same partition",
}
CONFIDENCE_TERMS = {
    "confidence": "mean probability of the most probable category of an image, from 1/K to 1",
    "balance": "entropy of the mean prediction, nats; log K where all K categories are equally frequent",
    "stability": "share of images that keep their category when they are augmented",
}
# By the name that `factor_associations.MEASURES` gives a measure.
ASSOCIATION_TERMS = {
    "|Spearman|": "rank correlation of a continuous code and a number, its absolute value; 0 unrelated, 1 one is a "
    "monotone function of the other",
    "AUC": "probability that the code is higher for an image with the attribute than for one without, or lower, "
    "whichever is likelier; 0.5 unrelated, 1 the code tells them apart",
    "NMI": "normalized mutual information, arithmetic mean of the entropies; 0 unrelated, 1 they determine each other; "
    "a continuous code is cut into ten bins with as many images each, and so cannot reach 1 unless there are ten "
    "classes",
    "eta": "correlation ratio: root of the share of a number's variance that the category, or one of ten "
    "bins of an angle, explains; 0 unrelated, 1 all images of a category have the same number",
    "circular eta": "correlation ratio of an angle, taken as a point on the circle: root of the share of its variance "
    "that the category explains; 0 unrelated, 1 all images of a category have the same angle",
    "monotone fit": "1 - error of an angle after a monotone fit / error without the code; "
    "about 0 unrelated, whatever the number of images, 1 the code determines the angle; a code that does not tell 90 "
    "from -90 degrees, such as the cosine, has about 0.5",
}
CHANCE_TERMS = {
    "at chance": "mean of the same measure over 20 random permutations of the factor among the images; few images, "
    "many classes, and a code of several dimensions or categories, of which the strongest, in brackets, counts, raise "
    "it; the shades of the heat map run from it (white) to 1",
}
MONOTONE_FIT_TERMS = {
    "error after a monotone fit": "mean absolute error of the factor as predicted from the code by isotonic "
    "regression, in the factor's own unit (degrees of an angle, around the circle), fitted on one half of the images "
    "and scored on the other; lower is better",
    "without the code": "the same error of the best constant",
    "in the best half turn": "the same error of the images with an angle in the half turn that the code predicts best, "
    "fitted without the others, and where the half turn begins; in parentheses without the code",
}
DISENTANGLEMENT_TERMS = {
    "MIG": "mutual information gap: by how much the best dimension knows more of a factor than the next one, as a "
    "share of the factor's entropy; 1 one dimension alone determines each factor, 0 also where two share it equally",
    "SAP": "separated attribute predictability: the gap between the accuracies of the two single dimensions that "
    "predict a factor best",
    "DCI disentanglement": "by how much each dimension matters for one factor alone, from importances in boosted trees",
    "DCI completeness": "by how much each factor is predicted from one dimension alone, from the same importances",
    "DCI informativeness": "accuracy of the same trees on other images",
    "Modularity": "by how much the mutual information of a dimension is with one factor alone, however little it is; "
    "high at chance too",
    "Explicitness": "area under the ROC curve of logistic regression of each value of a factor from all codes",
    "InfoModularity": "as modularity, from the share of the best factor, for dimensions that vary",
    "InfoCompactness": "by how much the information on a factor is in one dimension alone",
    "InfoExplicitness": "share of a factor's entropy that logistic regression knows from all codes",
    "FactorVAE": "share of groups of images with one factor in common whose factor is told by the dimension that "
    "varies least",
    "BetaVAE": "share of groups of pairs with one factor in common whose factor logistic regression tells from the "
    "mean differences of the codes",
}
METHOD_TERMS = {
    "mean of": "G's input minus the mean input of so many samples of the source class, plus that of as many samples of "
    "the target class",
    "one code": "G's input with one categorical code set to the category with the largest share of the target class "
    "among its samples",
}
CHANGE_TERMS = {
    "target class": "share of results that the classifier of the features predicts to be in the class to change into",
    "source class": "the same for the class that the sample had before",
}
SLANT_TERM = {
    "slant kept": "correlation of the slants of a sample and of its result, of results in the target class and within "
    "each pair of classes; 1 the result is slanted as the sample was, 0 unrelated",
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


def held_out_images(run: EvaluatedRun) -> str:
    """What the held-out images of a run are called."""
    return {"test": "held-out (test) images", "validation": "validation images"}[run.held_out]


def association_terms(measures: Iterable[str]) -> dict[str, str]:
    """The terms of those measures of association that occur, and of what they are at chance."""
    present = set(measures)
    return {measure: term for measure, term in ASSOCIATION_TERMS.items() if measure in present} | CHANCE_TERMS


def change_terms(methods: Iterable[str]) -> dict[str, str]:
    """The terms of those methods of changing the class that were measured, and of what was measured."""
    names = " ".join(methods)
    return {term: meaning for term, meaning in METHOD_TERMS.items() if term in names} | CHANGE_TERMS
