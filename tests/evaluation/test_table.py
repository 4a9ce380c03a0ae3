import re

import pytest

from infogan_tf.evaluation.glossary import (
    ASSOCIATION_TERMS,
    CHANCE_TERMS,
    CHANGE_TERMS,
    CLASSIFICATION_TERMS,
    CODE_TERMS,
    CONFIDENCE_TERMS,
    IMAGE_TERMS,
    METHOD_TERMS,
    MONOTONE_FIT_TERMS,
)
from infogan_tf.evaluation.table import evaluation_table, precision_misleads

HALF_TURN = ("half_turn_start", "error_in_half_turn", "error_of_constant_in_half_turn")


def cell(measure, value, part=None, note="", fit=None):
    fit = fit and dict(zip(("error", "error_of_constant", *HALF_TURN), fit, strict=True))
    numbers = {"value": value, "chance": 0.12, "strength": value}
    return {"measure": measure, **numbers, "part": part, "note": note, "monotone_fit": fit}


@pytest.fixture
def evaluation():
    code = {"verdict": "used", "standard_error": 0.001, "recovery": 0.9}
    return {
        "run": {
            "folder": "logs/run",
            "update": 5000,
            "seed": 0,
            "objective": "infogan",
            "data": "digits",
            "held_out": "test",
        },
        "codes": {
            "c1": {
                **{**code, "prior": "Categorical(10)", "is_discrete": True, "mutual_information": 2.29},
                **{"entropy": 2.303, "recovery_measure": "accuracy", "extrapolation": None, "diversity": [0.2, 0.4]},
            },
            "c2": {
                **{**code, "prior": "Uniform(-1, 1)", "is_discrete": False, "mutual_information": 1.4},
                **{"entropy": 0.693, "recovery_measure": "R^2", "extrapolation": 0.8, "diversity": [0.9]},
            },
        },
        "confidence": {"c1": {"confidence": 0.99, "balance": 2.3, "stability": 0.97}},
        "associations": {
            "c1": {
                "label": cell("NMI", 0.9),
                "smiling": cell("AUC", 0.8, part=3),
                "age": cell("eta", 0.4),
                "azimuth": cell("circular eta", 0.3),
            },
            "c2": {
                "label": cell("NMI", 0.1),
                "smiling": cell("AUC", 0.5, note="the factor is constant"),
                "age": cell("|Spearman|", 0.7, fit=(4.25, 12.0, None, None, None)),
                "azimuth": cell("monotone fit", 0.78, fit=(20.1, 90.0, 30.0, 7.25, 45.0)),
            },
            "c3": {
                "label": cell("NMI", 0.0),
                "smiling": cell("AUC", 0.5),
                "age": cell("|Spearman|", 0.1, fit=(11.0, 12.0, None, None, None)),
                "azimuth": cell("monotone fit", 0.93, fit=(6.5, 90.0, 30.0, 3.25, 41.0)),
            },
        },
        "classification": {
            "c1": {
                "label": {
                    **{"one_to_one_error": 0.02, "majority_error": 0.01, "nmi": 0.9, "ari": 0.95},
                    **{"matching": [1, -1], "confusion": [[0, 9], [5, 1]], "class_names": ["shoe", "bag"]},
                }
            }
        },
        "images": {
            **{"features": "digit classifier", "compared_images": 10_000, "compared_neighborhoods": 5000},
            **{"frechet_distance": 2.5, "frechet_distance_halves": 2.8, "frechet_floor_halves": 0.6},
            **{"precision": 0.8, "recall": 0.7, "density": 0.75, "coverage": 0.9},
            "diversity_of_real_classes": {"label": [0.3, 0.5]},
        },
        "vector_arithmetic": {
            **{"samples": 2500, "chance": 0.102},
            "changes": {
                "mean of 3": {"success": 0.43, "unchanged": 0.05},
                "one code": {"success": 0.998, "unchanged": 0.001},
            },
        },
    }


def test_every_column_and_measure_is_explained(evaluation):
    text = evaluation_table(evaluation)
    tables = text
    all_terms = (
        *(CODE_TERMS, CONFIDENCE_TERMS, ASSOCIATION_TERMS, CHANCE_TERMS),
        *(MONOTONE_FIT_TERMS, CLASSIFICATION_TERMS, METHOD_TERMS, CHANGE_TERMS, IMAGE_TERMS),
    )
    for terms in all_terms:
        for term, meaning in terms.items():
            line = f"  {term}: {meaning}"
            assert line in text.splitlines()
            tables = tables.replace(line, "")
    for term in (term for terms in all_terms for term in terms):
        assert term in tables, f"{term} is explained but not printed"
    header = re.search("^code .*", text, re.MULTILINE)[0]
    for term in CODE_TERMS:
        assert term in header


def test_only_what_occurs_is_explained(evaluation):
    evaluation["associations"] = {"c1": {"label": cell("NMI", 0.9)}}
    del evaluation["vector_arithmetic"]["changes"]["one code"]
    text = evaluation_table(evaluation)
    assert f"  NMI: {ASSOCIATION_TERMS['NMI']}" in text
    assert f"  mean of: {METHOD_TERMS['mean of']}" in text
    for absent in ("circular", "AUC", "monotone fit", "one code"):
        assert absent not in text


def test_numbers_stand_where_they_belong(evaluation):
    text = evaluation_table(evaluation)
    for part in (
        "c1 as a classifier of label, held-out (test) images: error 2.00% one to one, 1.00% by majority",
        "smiling  0.80 (0.12) AUC [3]       0.50 (0.12) AUC           0.50 (0.12) AUC",
        "c2 and smiling: the factor is constant",
        "age      c2    4.25                        12",
        "azimuth  c3    6.5                         90                3.25 from 30 degrees (41)",
        "0         bag      0     9",
        "1         -        5     1",
        "2,500 generated images, each changed into another class; in the target class at chance 10.2%:",
        "mean of 3  43.0%         5.0%",
        "one code   99.8%         0.1%",
        "10,000 generated images against 10,000 held-out (test) images (digit classifier):",
        "Frechet distance 2.50; of half of the images each 2.80, and of held-out (test) images against the other half",
        "the floor, 0.60",
        "precision 0.800, recall 0.700, density 0.750, coverage 0.900 (of 5,000 images each)",
        "diversity of a class of held-out (test) images, by label: 0.40 (least 0.30)",
    ):
        assert part in text
    assert "warning" not in text


def test_a_validation_set_is_called_one(evaluation):
    evaluation["run"]["held_out"] = "validation"
    text = evaluation_table(evaluation)
    assert "as a classifier of label, validation images: error" in text
    assert "test" not in text


def test_the_precision_of_gray_noise_is_flagged(evaluation):
    # As measured on MNIST: constant gray, and good images of one kind only.
    evaluation["images"] |= {"precision": 1.0, "recall": 0.0, "density": 0.4, "coverage": 0.0004}
    assert "warning: precision is misleading here" in evaluation_table(evaluation)
    assert not precision_misleads({"precision": 0.9, "density": 1.1, "coverage": 0.02})
    assert not precision_misleads({"precision": 0.0, "density": 0.0, "coverage": 0.0})


def test_without_labels_and_categories_the_tables_are_left_out(evaluation):
    evaluation |= {"classification": {}, "associations": {}, "confidence": {}, "vector_arithmetic": None}
    evaluation["images"]["diversity_of_real_classes"] = {}
    text = evaluation_table(evaluation)
    assert "classifier of" not in text
    assert "confidence" not in text
    assert "another class" not in text
    assert "codes against factors: not measured, since nothing is known of these images but themselves" in text


def test_a_confusion_matrix_of_many_classes_is_left_to_the_file(evaluation):
    result = evaluation["classification"]["c1"]["label"]
    result |= {"class_names": [f"flower {i}" for i in range(102)], "confusion": [[1] * 102] * 2}
    assert "flower" not in evaluation_table(evaluation)
