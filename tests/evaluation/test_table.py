import dataclasses

import pytest

from infogan_tf.evaluation import glossary, schema
from infogan_tf.evaluation.table import NEIGHBORHOOD_MEASURES, TOO_FEW, evaluation_table, precision_misleads


def cell(measure, value, part=None, note="", fit=None):
    return schema.Association(measure, value, 0.12, value, part, note, fit and schema.MonotoneFit(*fit))


def row(*cells):
    return dict(zip(("label", "smiling", "age", "azimuth"), cells, strict=True))


@pytest.fixture
def evaluation():
    code, change = schema.CodeMeasures, schema.ClassChange
    return schema.Evaluation(
        version=1,
        run=schema.EvaluatedRun("logs/run", 5000, 0, "infogan", "digits", "test", 10_000),
        codes={
            "c1": code("Categorical(10)", True, "used", 2.29, 0.001, 2.303, "accuracy", 0.9, None, [0.2, 0.4]),
            "c2": code("Uniform(-1, 1)", False, "used", 1.4, 0.001, 0.693, "R^2", 0.9, 0.8, [0.9]),
        },
        confidence={"c1": schema.Confidence(0.99, 2.3, 0.97)},
        associations={
            "c1": row(cell("NMI", 0.9), cell("AUC", 0.8, part=3), cell("eta", 0.4), cell("circular eta", 0.3)),
            "c2": row(
                cell("NMI", 0.1),
                cell("AUC", 0.5, note="the factor is constant"),
                cell("|Spearman|", 0.7, fit=(4.25, 12.0)),
                cell("monotone fit", 0.78, fit=(20.1, 90.0, 30.0, 7.25, 45.0)),
            ),
            "c3": row(
                cell("NMI", 0.0),
                cell("AUC", 0.5),
                cell("|Spearman|", 0.1, fit=(11.0, 12.0)),
                cell("monotone fit", 0.93, fit=(6.5, 90.0, 30.0, 3.25, 41.0)),
            ),
        },
        disentanglement=schema.Disentanglement(
            *(["c1", "c2[0]"], {"label": 2, "age": 10}, ["age"], ["azimuth"], 200, 100, 3),
            scores={
                name: schema.DisentanglementScore(0.5 + 0.01 * number, 0.25, 0.75, 0.125, "bins")
                for number, name in enumerate(glossary.DISENTANGLEMENT_TERMS)
            },
        ),
        classification={
            "c1": {
                "label": schema.Classification(
                    *(0.02, 0.01, 0.03, 0.9, 0.95), [1, -1], [1, 0], [[0, 9], [5, 1]], class_names=["shoe", "bag"]
                )
            }
        },
        images=schema.ImageMeasures(
            "digit classifier", "hash", 10_000, 5000, {"label": [0.3, 0.5]}, 2.5, 2.8, 0.6, 0.8, 0.7, 0.75, 0.9
        ),
        vector_arithmetic=schema.VectorArithmetic(
            *([0, 1], 2500, 0.102, ["c1=0", "c1=1"]),
            changes={"mean of 3": change(0.43, 0.05, None), "one code": change(0.998, 0.001, None)},
        ),
        pictures=[],
    )


def test_every_column_and_measure_is_explained(evaluation):
    text = tables = evaluation_table(evaluation)
    groups = [terms for name, terms in vars(glossary).items() if name.endswith("_TERMS")]
    meanings = [item for terms in groups for item in terms.items()]
    for term, meaning in meanings:
        assert f"\n  {term}: {meaning}" in text
        tables = tables.replace(f"\n  {term}: {meaning}", "")
    for term, _ in meanings:
        assert term in tables, f"{term} is explained but not printed"


def test_only_what_occurs_is_explained(evaluation):
    evaluation.vector_arithmetic.changes.pop("one code")
    evaluation.disentanglement.scores.pop("BetaVAE")
    text = evaluation_table(dataclasses.replace(evaluation, associations={"c1": {"label": cell("NMI", 0.9)}}))
    assert f"  NMI: {glossary.ASSOCIATION_TERMS['NMI']}" in text
    assert f"  mean of: {glossary.METHOD_TERMS['mean of']}" in text
    for absent in ("circular", "AUC", "monotone fit", "one code", "BetaVAE"):
        assert absent not in text


def test_numbers_stand_where_they_belong(evaluation):
    text = evaluation_table(evaluation)
    for part in (
        "logs/run: update 5,000, seed 0, infogan, digits",
        "c1    Categorical(10)  used     2.290 +- 0.001            2.303       accuracy 0.900  -              0.30 (le",
        "c2    Uniform(-1, 1)   used     1.400 +- 0.001            -           R^2 0.900       0.80           0.90 (le",
        "c1    0.990       2.300          0.970",
        "c1 as a classifier of label, held-out (test) images: error 2.00% one to one, 1.00% by majority",
        "smiling  0.80 (0.12) AUC [3]       -                         0.50 (0.12) AUC",
        "c2 and smiling: the factor is constant",
        "age      c2    4.25                        12",
        "azimuth  c3    6.5                         90                3.25 from 30 degrees (41)",
        "disentanglement of c1, c2[0] by factors with so many values: label (2), age (10 bins); left out: azimuth; "
        "3 random splits of held-out (test) images, 200 to fit and 100 to test:",
        "SAP                  0.510           0.250 to 0.750     0.125      bins",
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


def test_the_precision_of_gray_noise_is_flagged(evaluation):
    def images(precision, density, coverage):
        return dataclasses.replace(evaluation.images, precision=precision, density=density, coverage=coverage)

    # As measured on MNIST: constant gray, and good images of one kind only.
    gray = dataclasses.replace(evaluation, images=images(1.0, 0.4, 0.0004))
    assert "warning: precision is misleading here" in evaluation_table(gray)
    assert not precision_misleads(images(0.9, 1.1, 0.02))
    assert not precision_misleads(images(0.0, 0.0, 0.0))


def test_what_few_images_do_not_allow_is_a_dash_with_its_reason(evaluation):
    missing = dict.fromkeys((*NEIGHBORHOOD_MEASURES, "frechet_floor_halves"))
    images = dataclasses.replace(evaluation.images, diversity_of_real_classes={"label": []}, **missing)
    run = dataclasses.replace(evaluation.run, held_out_images=3)
    text = evaluation_table(dataclasses.replace(evaluation, run=run, images=images))
    for part in (
        "digits\nwarning: only 3 images are held out: what is measured on fewer than 30 means little\n",
        "each 2.80, and of held-out (test) images against the other half of them, the floor, -\n",
        f"precision -, recall -, density -, coverage - (of 5,000 images each)\n-: {TOO_FEW}\n",
        "by label: - (no class has two images)",
    ):
        assert part in text


def test_without_labels_and_categories_the_tables_are_left_out(evaluation):
    left_out = {"classification": {}, "associations": {}, "confidence": {}}
    left_out |= {"vector_arithmetic": None, "disentanglement": None}
    run = dataclasses.replace(evaluation.run, held_out="validation")
    text = evaluation_table(dataclasses.replace(evaluation, run=run, **left_out))
    for absent in ("classifier of", "confidence", "another class", "disentanglement", "test"):
        assert absent not in text
    assert "10,000 generated images against 10,000 validation images" in text
    assert "codes against factors: not measured, since nothing is known of these images but themselves" in text


def test_a_confusion_matrix_of_many_classes_is_left_to_the_file(evaluation):
    evaluation.classification["c1"]["label"].class_names[:] = [f"flower {i}" for i in range(102)]
    assert "flower" not in evaluation_table(evaluation)
