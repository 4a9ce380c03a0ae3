import re

import pytest

from infogan_tf.evaluation.table import evaluation_table, precision_misleads
from infogan_tf.evaluation.terms import CLASSIFICATION_TERMS, CODE_TERMS, IMAGE_TERMS


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
        "classification": {
            "c1": {
                **{"one_to_one_error": 0.02, "majority_error": 0.01, "nmi": 0.9, "ari": 0.95},
                **{"confidence": 0.99, "balance": 2.3, "stability": 0.97, "matching": [1, -1]},
                "confusion": [[0, 9], [5, 1]],
            }
        },
        "images": {
            **{"features": "digit classifier", "compared_images": 10_000, "compared_neighborhoods": 5000},
            **{"frechet_distance": 2.5, "frechet_distance_halves": 2.8, "frechet_floor_halves": 0.6},
            **{"precision": 0.8, "recall": 0.7, "density": 0.75, "coverage": 0.9},
            "diversity_of_real_classes": [0.3, 0.5],
        },
    }


def test_every_column_and_measure_is_explained(evaluation):
    text = evaluation_table(evaluation)
    tables = text
    for terms in (CODE_TERMS, CLASSIFICATION_TERMS, IMAGE_TERMS):
        for term, meaning in terms.items():
            line = f"  {term}: {meaning}"
            assert line in text.splitlines()
            tables = tables.replace(line, "")
    for term in (*CODE_TERMS, *CLASSIFICATION_TERMS, *IMAGE_TERMS):
        assert term in tables, f"{term} is explained but not printed"
    header = re.search("^code .*", text, re.MULTILINE)[0]
    for term in CODE_TERMS:
        assert term in header


def test_numbers_stand_where_they_belong(evaluation):
    text = evaluation_table(evaluation)
    for part in (
        "c1 as a classifier of held-out (test) images: error 2.00% one to one, 1.00% by majority",
        "10,000 generated images against 10,000 held-out (test) images (digit classifier):",
        "Frechet distance 2.50; of half of the images each 2.80, and of held-out (test) images against the other half",
        "the floor, 0.60",
        "precision 0.800, recall 0.700, density 0.750, coverage 0.900 (of 5,000 images each)",
        "diversity of a class of held-out (test) images: 0.40 (least 0.30)",
    ):
        assert part in text
    assert "warning" not in text


def test_a_validation_set_is_called_one(evaluation):
    evaluation["run"]["held_out"] = "validation"
    text = evaluation_table(evaluation)
    assert "as a classifier of validation images: error" in text
    assert "test" not in text


def test_the_precision_of_grey_noise_is_flagged(evaluation):
    # As measured on MNIST: constant grey, and good images of one kind only.
    evaluation["images"] |= {"precision": 1.0, "recall": 0.0, "density": 0.4, "coverage": 0.0004}
    assert "warning: precision is misleading here" in evaluation_table(evaluation)
    assert not precision_misleads({"precision": 0.9, "density": 1.1, "coverage": 0.02})
    assert not precision_misleads({"precision": 0.0, "density": 0.0, "coverage": 0.0})


def test_a_model_without_categories_has_no_classification(evaluation):
    evaluation["classification"] = {}
    assert "classifier of" not in evaluation_table(evaluation)
