"""An evaluation as a text to read."""

import statistics
from collections.abc import Mapping

from infogan_tf.console import text_table
from infogan_tf.data.image_data import held_out_warning
from infogan_tf.evaluation import glossary
from infogan_tf.evaluation.schema import Association, Classification, Disentanglement, Evaluation, ImageMeasures

# A wider confusion matrix can't be read on a terminal.
MOST_CLASSES_SHOWN = 20
NEIGHBORHOOD_MEASURES = ("precision", "recall", "density", "coverage")
TOO_FEW = "not measured on so few images; the Frechet distance needs 2, that of halves 3, its floor 4, the others 6"
PRECISION_WARNING = (
    "precision is misleading here: the generated images are near a few outlying real images only, as coverage and "
    "density say"
)


def evaluation_table(evaluation: Evaluation) -> str:
    """What `evaluate` measured, as tables with legends: codes alone, against factors, as classifiers; images."""
    run, held_out = evaluation.run, glossary.held_out_images(evaluation.run)
    header = f"{run.folder}: update {run.update:,}, seed {run.seed}, {run.objective}, {run.data}"
    warning = held_out_warning(run.held_out_images)
    parts = [f"{header}\nwarning: {warning}" if warning else header, *_codes(evaluation)]
    if evaluation.confidence:
        rows = [("code", "confidence", "balance, nats", "stability")]
        for name, code in evaluation.confidence.items():
            rows.append((name, *(f"{value:.3f}" for value in vars(code).values())))
        parts += [f"categorical codes of {held_out}, without labels:", text_table(rows)]
        parts.append(_legend(glossary.CONFIDENCE_TERMS))
    parts += _associations(evaluation.associations, held_out)
    if evaluation.disentanglement:
        parts += _disentanglement(evaluation.disentanglement, held_out)
    if evaluation.classification:
        for name, by_factor in evaluation.classification.items():
            for factor, result in by_factor.items():
                parts += _classification(f"{name} as a classifier of {factor}, {held_out}", result)
        parts.append(_legend(glossary.CLASSIFICATION_TERMS))
    if evaluation.vector_arithmetic:
        parts += _changes(evaluation)
    return "\n\n".join([*parts, _images(evaluation.images, held_out), _legend(glossary.IMAGE_TERMS)])


def _legend(terms: Mapping[str, str]) -> str:
    return "\n".join(f"  {term}: {meaning}" for term, meaning in terms.items())


def _codes(evaluation: Evaluation) -> list[str]:
    header = ("code", "prior", "verdict", "mutual information, nats", "of at most", "recovery", "extrapolation")
    rows = [(*header, "diversity")]
    for name, code in evaluation.codes.items():
        bound = f"{code.mutual_information:.3f} +- {code.standard_error:.3f}"
        # What it can't exceed; that of a continuous code has no limit.
        ceiling = f"{code.entropy:.3f}" if code.is_discrete else "-"
        recovery = f"{code.recovery_measure} {code.recovery:.3f}"
        extrapolation = "-" if code.extrapolation is None else f"{code.extrapolation:.2f}"
        rows.append((name, code.prior, code.verdict, bound, ceiling, recovery, extrapolation, _mean(code.diversity)))
    return [text_table(rows), _legend(glossary.CODE_TERMS)]


def _mean(diversity: list[float]) -> str:
    if not diversity:
        return "- (no class has two images)"
    return f"{statistics.fmean(diversity):.2f} (least {min(diversity):.2f})"


def _associations(table: Mapping[str, Mapping[str, Association]], held_out: str) -> list[str]:
    """Factors down, of which there can be many, and codes across."""
    if not table:
        return ["codes against factors: not measured, since nothing is known of these images but themselves"]
    rows, notes, fits = [("factor", *table)], [], []
    for factor in next(iter(table.values())):
        cells = {code: by_factor[factor] for code, by_factor in table.items()}
        rows.append((factor, *map(_association, cells.values())))
        notes += [f"{code} and {factor}: {cell.note}" for code, cell in cells.items() if cell.note]
        fits += _best_fit(factor, cells)
    text = f"codes against factors of {held_out}, in parentheses the measure at chance:\n\n{text_table(rows)}"
    measures = {cell.measure for by_factor in table.values() for cell in by_factor.values()}
    parts = ["\n".join([text, *notes]), _legend(glossary.association_terms(measures))]
    if fits:
        header = ("factor", "code", "error after a monotone fit", "without the code", "in the best half turn")
        parts += [text_table([header, *fits]), _legend(glossary.MONOTONE_FIT_TERMS)]
    return parts


def _association(cell: Association) -> str:
    if cell.note:
        return "-"
    part = "" if cell.part is None else f" [{cell.part}]"
    return f"{cell.value:.2f} ({cell.chance:.2f}) {cell.measure}{part}"


def _best_fit(factor: str, cells: Mapping[str, Association]) -> list[tuple[str, ...]]:
    """A row with the code from which a factor is predicted with the least error, if any was fitted."""
    fits = [(code, cell.monotone_fit) for code, cell in cells.items() if cell.monotone_fit]
    if not fits:
        return []
    code, fit = min(fits, key=lambda item: item[1].error)
    half_turn = "-"
    if fit.error_in_half_turn is not None:
        half_turn = f"{fit.error_in_half_turn:.3g} from {fit.half_turn_start:.0f} degrees "
        half_turn += f"({fit.error_of_constant_in_half_turn:.3g})"
    return [(factor, code, f"{fit.error:.3g}", f"{fit.error_of_constant:.3g}", half_turn)]


def _disentanglement(result: Disentanglement, held_out: str) -> list[str]:
    factors = [f"{name} ({number}{' bins' * (name in result.binned)})" for name, number in result.factors.items()]
    left_out = f"; left out: {', '.join(result.left_out)}" if result.left_out else ""
    title = f"disentanglement of {', '.join(result.dimensions)} by factors with so many values: {', '.join(factors)}"
    title += f"{left_out}; {result.splits} random splits of {held_out}, {result.fitted:,} to fit and {result.tested:,} "
    rows = [("measure", "mean of splits", "lowest to highest", "at chance", "settings")]
    for name, score in result.scores.items():
        of_splits = f"{score.lowest:.3f} to {score.highest:.3f}"
        rows.append((name, f"{score.value:.3f}", of_splits, f"{score.chance:.3f}", score.settings))
    terms = {name: term for name, term in glossary.DISENTANGLEMENT_TERMS.items() if name in result.scores}
    return [f"{title}to test:", text_table(rows), _legend(terms)]


def _classification(title: str, result: Classification) -> list[str]:
    text = f"{title}: error {result.one_to_one_error:.2%} one to one, {result.majority_error:.2%} by majority; "
    text += f"NMI {number_text(result.nmi, '.3f')}, ARI {number_text(result.ari, '.3f')}"
    names = result.class_names
    if len(names) > MOST_CLASSES_SHOWN:
        return [text]
    rows = [("category", "matched", *names)]
    for category, (matched, counts) in enumerate(zip(result.matching, result.confusion, strict=True)):
        rows.append((str(category), "-" if matched < 0 else names[matched], *map(str, counts)))
    return [text, text_table(rows)]


def _changes(evaluation: Evaluation) -> list[str]:
    arithmetic = evaluation.vector_arithmetic
    rows = [("method", "target class", "source class")]
    rows += [(method, f"{of.success:.1%}", f"{of.unchanged:.1%}") for method, of in arithmetic.changes.items()]
    title = f"{arithmetic.samples:,} generated images, each changed into another class; in the target class at chance "
    title += f"{arithmetic.chance:.1%}:"
    return [title, text_table(rows), _legend(glossary.change_terms(arithmetic.changes))]


def _images(images: ImageMeasures, held_out: str) -> str:
    number = images.compared_images
    neighbors = ", ".join(f"{name} {number_text(getattr(images, name), '.3f')}" for name in NEIGHBORHOOD_MEASURES)
    text = (
        f"{number:,} generated images against {number:,} {held_out} ({images.features}):\n"
        f"Frechet distance {number_text(images.frechet_distance, '.2f')}; of half of the images each "
        f"{number_text(images.frechet_distance_halves, '.2f')}, and of {held_out} against the other half of them, the "
        f"floor, {number_text(images.frechet_floor_halves, '.2f')}\n"
        f"{neighbors} (of {images.compared_neighborhoods:,} images each)"
    )
    if images.coverage is None:
        text += f"\n-: {TOO_FEW}"
    for factor, classes in images.diversity_of_real_classes.items():
        text += f"\ndiversity of a class of {held_out}, by {factor}: {_mean(classes)}"
    return f"{text}\nwarning: {PRECISION_WARNING}" if precision_misleads(images) else text


def number_text(value: float | None, form: str) -> str:
    """A number in a format, and "-" where nothing was measured."""
    return "-" if value is None else format(value, form)


def precision_misleads(images: ImageMeasures) -> bool:
    """Whether generated images are precise only by being in the large balls of a few outlying real images.

    The features of gray noise all fall on one spot, which the ball of a single outlier can hold: measured on MNIST,
    precision 1.000 with coverage 0.0004 and density 0.4. Good images without variety have a low coverage too, but a
    density of about their precision. The thresholds are this project's choice.
    """
    return images.coverage is not None and images.coverage < 0.1 and images.density < 0.5 * images.precision
