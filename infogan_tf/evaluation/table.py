"""An evaluation as a text to read."""

from infogan_tf.tables import text_table


def evaluation_table(evaluation: dict) -> str:
    """What `evaluate` measured, as tables: the codes, the classification, the images."""
    run, images = evaluation["run"], evaluation["images"]
    header = f"{run['folder']}: update {run['update']:,}, seed {run['seed']}, {run['objective']}, {run['data']}"
    return "\n\n".join([header, _codes(evaluation["codes"]), *_classifications(evaluation), _images(images)])


def _codes(codes: dict) -> str:
    header = ("code", "prior", "verdict", "mutual information, nats", "of at most", "recovery", "beyond [-1, 1]")
    rows = [(*header, "diversity")]
    for name, code in codes.items():
        bound = f"{code['mutual_information']:.3f} +- {code['standard_error']:.3f}"
        recovery = f"{code['recovery_measure']} {code['recovery']:.3f}"
        diversity = f"{sum(code['diversity']) / len(code['diversity']):.2f} (least {min(code['diversity']):.2f})"
        beyond = "-" if code["extrapolation"] is None else f"{code['extrapolation']:.2f}"
        rows.append((name, code["prior"], code["verdict"], bound, _ceiling(code), recovery, beyond, diversity))
    return text_table(rows)


def _ceiling(code: dict) -> str:
    """What a code's mutual information can't exceed: H(c) for a discrete code; a continuous one has no such limit."""
    return f"{code['entropy']:.3f}" if code["is_discrete"] else "-"


def _classifications(evaluation: dict) -> list[str]:
    texts = []
    for name, result in evaluation["classification"].items():
        summary = (
            f"{name} as a classifier of held-out images: error {result['one_to_one_error']:.2%} one to one, "
            f"{result['majority_error']:.2%} by majority; NMI {result['nmi']:.3f}, ARI {result['ari']:.3f}\n"
            f"without labels: confidence {result['confidence']:.3f}, balance {result['balance']:.3f} nats, "
            f"stability under deformation {result['stability']:.3f}"
        )
        classes = range(len(result["confusion"][0]))
        rows = [("category", "matched", *map(str, classes))]
        for category, counts in enumerate(result["confusion"]):
            matched = result["matching"][category]
            rows.append((str(category), "-" if matched < 0 else str(matched), *map(str, counts)))
        texts.append(f"{summary}\n\n{text_table(rows)}")
    return texts


def _images(images: dict) -> str:
    classes = images["diversity_of_real_classes"]
    return (
        f"{images['compared_images']:,} generated beside as many held-out images ({images['features']}): "
        f"Frechet distance {images['frechet_distance']:.2f} (of training images: "
        f"{images['frechet_distance_of_training_images']:.2f})\n"
        f"precision {images['precision']:.3f}, recall {images['recall']:.3f} (among "
        f"{images['compared_neighbourhoods']:,} each)\n"
        f"diversity of a class of held-out images: {sum(classes) / len(classes):.2f} (least {min(classes):.2f})"
    )
