"""An evaluation as a text to read."""

from infogan_tf.console import text_table
from infogan_tf.evaluation.glossary import (
    CLASSIFICATION_TERMS,
    CODE_TERMS,
    CONFIDENCE_TERMS,
    IMAGE_TERMS,
    MONOTONE_FIT_TERMS,
    association_terms,
    change_terms,
    held_out_images,
    legend,
)

# A wider confusion matrix can't be read on a terminal.
MOST_CLASSES_SHOWN = 20
# The thresholds of the warning are this project's choice.
LOW_COVERAGE = 0.1
LOW_DENSITY = 0.5
PRECISION_WARNING = (
    "precision is misleading here: the generated images are near a few outlying real images only, as coverage and "
    "density say"
)


def evaluation_table(evaluation: dict) -> str:
    """What `evaluate` measured, as tables with legends: codes alone, against factors, as classifiers; images."""
    run = evaluation["run"]
    header = f"{run['folder']}: update {run['update']:,}, seed {run['seed']}, {run['objective']}, {run['data']}"
    parts = [header, _codes(evaluation["codes"]), legend(CODE_TERMS)]
    if evaluation["confidence"]:
        parts += [_confidence(evaluation), legend(CONFIDENCE_TERMS)]
    parts += _associations(evaluation)
    if evaluation["classification"]:
        parts += [*_classifications(evaluation), legend(CLASSIFICATION_TERMS)]
    if evaluation["vector_arithmetic"]:
        arithmetic = evaluation["vector_arithmetic"]
        parts += [_changes(arithmetic), legend(change_terms(arithmetic["changes"]))]
    return "\n\n".join([*parts, _images(evaluation), legend(IMAGE_TERMS)])


def _codes(codes: dict) -> str:
    header = ("code", "prior", "verdict", "mutual information, nats", "of at most", "recovery", "extrapolation")
    rows = [(*header, "diversity")]
    for name, code in codes.items():
        bound = f"{code['mutual_information']:.3f} +- {code['standard_error']:.3f}"
        recovery = f"{code['recovery_measure']} {code['recovery']:.3f}"
        diversity = f"{sum(code['diversity']) / len(code['diversity']):.2f} (least {min(code['diversity']):.2f})"
        extrapolation = "-" if code["extrapolation"] is None else f"{code['extrapolation']:.2f}"
        rows.append((name, code["prior"], code["verdict"], bound, _ceiling(code), recovery, extrapolation, diversity))
    return text_table(rows)


def _ceiling(code: dict) -> str:
    """What a code's mutual information can't exceed: H(c) for a discrete code; a continuous one has no such limit."""
    return f"{code['entropy']:.3f}" if code["is_discrete"] else "-"


def _confidence(evaluation: dict) -> str:
    rows = [("code", "confidence", "balance, nats", "stability")]
    for name, values in evaluation["confidence"].items():
        rows.append((name, *(f"{values[measure]:.3f}" for measure in ("confidence", "balance", "stability"))))
    return f"categorical codes of {held_out_images(evaluation['run'])}, without labels:\n\n{text_table(rows)}"


def _associations(evaluation: dict) -> list[str]:
    """Factors down, of which there can be many, and codes across."""
    table = evaluation["associations"]
    if not table:
        return ["codes against factors: not measured, since nothing is known of these images but themselves"]
    factors = list(next(iter(table.values())))
    rows = [("factor", *table)]
    rows += [(factor, *(_association(table[code][factor]) for code in table)) for factor in factors]
    images = held_out_images(evaluation["run"])
    text = f"codes against factors of {images}, in parentheses the measure at chance:\n\n{text_table(rows)}"
    notes = [
        f"{code} and {factor}: {cell['note']}"
        for code, by_factor in table.items()
        for factor, cell in by_factor.items()
        if cell["note"]
    ]
    measures = [cell["measure"] for by_factor in table.values() for cell in by_factor.values()]
    parts = ["\n".join([text, *notes]), legend(association_terms(measures))]
    fits = [row for factor in factors if (row := _best_fit(table, factor))]
    if fits:
        header = ("factor", "code", "error after a monotone fit", "without the code", "in the best half turn")
        parts += [text_table([header, *fits]), legend(MONOTONE_FIT_TERMS)]
    return parts


def _association(cell: dict) -> str:
    part = "" if cell["part"] is None else f" [{cell['part']}]"
    return f"{cell['value']:.2f} ({cell['chance']:.2f}) {cell['measure']}{part}"


def _best_fit(table: dict, factor: str) -> tuple[str, ...] | None:
    """The code from which a factor is predicted with the least error."""
    fits = {code: row[factor]["monotone_fit"] for code, row in table.items() if row[factor]["monotone_fit"]}
    if not fits:
        return None
    code, fit = min(fits.items(), key=lambda item: item[1]["error"])
    half_turn = "-"
    if fit["error_in_half_turn"] is not None:
        constant = f"({fit['error_of_constant_in_half_turn']:.3g})"
        half_turn = f"{fit['error_in_half_turn']:.3g} from {fit['half_turn_start']:.0f} degrees {constant}"
    return (factor, code, f"{fit['error']:.3g}", f"{fit['error_of_constant']:.3g}", half_turn)


def _classifications(evaluation: dict) -> list[str]:
    texts = []
    for name, by_factor in evaluation["classification"].items():
        for factor, result in by_factor.items():
            texts.append(
                f"{name} as a classifier of {factor}, {held_out_images(evaluation['run'])}: error "
                f"{result['one_to_one_error']:.2%} one to one, {result['majority_error']:.2%} by majority; "
                f"NMI {result['nmi']:.3f}, ARI {result['ari']:.3f}"
            )
            if len(result["class_names"]) <= MOST_CLASSES_SHOWN:
                texts.append(_confusion(result))
    return texts


def _confusion(result: dict) -> str:
    names = result["class_names"]
    rows = [("category", "matched", *names)]
    for category, counts in enumerate(result["confusion"]):
        matched = result["matching"][category]
        rows.append((str(category), "-" if matched < 0 else names[matched], *map(str, counts)))
    return text_table(rows)


def _changes(arithmetic: dict) -> str:
    rows = [("method", "target class", "source class")]
    for method, change in arithmetic["changes"].items():
        rows.append((method, f"{change['success']:.1%}", f"{change['unchanged']:.1%}"))
    return (
        f"{arithmetic['samples']:,} generated images, each changed into another class; in the target class at chance "
        f"{arithmetic['chance']:.1%}:\n\n{text_table(rows)}"
    )


def _images(evaluation: dict) -> str:
    images, held_out = evaluation["images"], held_out_images(evaluation["run"])
    number = images["compared_images"]
    text = (
        f"{number:,} generated images against {number:,} {held_out} ({images['features']}):\n"
        f"Frechet distance {images['frechet_distance']:.2f}; of half of the images each "
        f"{images['frechet_distance_halves']:.2f}, and of {held_out} against the other half of them, the floor, "
        f"{images['frechet_floor_halves']:.2f}\n"
        f"precision {images['precision']:.3f}, recall {images['recall']:.3f}, density {images['density']:.3f}, "
        f"coverage {images['coverage']:.3f} (of {images['compared_neighborhoods']:,} images each)"
    )
    for factor, classes in images["diversity_of_real_classes"].items():
        mean = sum(classes) / len(classes)
        text += f"\ndiversity of a class of {held_out}, by {factor}: {mean:.2f} (least {min(classes):.2f})"
    if precision_misleads(images):
        text += f"\nwarning: {PRECISION_WARNING}"
    return text


def precision_misleads(images: dict) -> bool:
    """Whether generated images are precise only by being in the large balls of a few outlying real images.

    The features of gray noise all fall on one spot, which the ball of a single outlier can hold: measured on MNIST,
    precision 1.000 with coverage 0.0004 and density 0.4. Good images without variety have a low coverage too, but a
    density of about their precision.
    """
    return images["coverage"] < LOW_COVERAGE and images["density"] < LOW_DENSITY * images["precision"]
