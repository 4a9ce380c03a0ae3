from infogan_tf.reproduction.report import report_text


def section_of(results):
    return report_text("mnist", results).split("## Without codes: vector arithmetic")[1].split("\n## ")[0]


def test_both_methods_are_shown_of_both_kinds_of_run(make_result, make_results):
    text = section_of(make_results(make_result(3, error=0.03, level=2.2), make_result(4, error=0.09, level=2.0)))
    for row in (
        "| run | method | target class | source class | slant kept |",
        "| gan_seed_0 | mean of 3 | 6.2% | 5.0% | 0.50 |",
        "| gan_seed_0 | one code | 10.0% | 2.0% | - |",
        "| infogan_seed_3 | one code | 97.0% | 2.0% | - |",
        "| infogan_seed_4 | mean of 3 | 50.0% | 5.0% | 0.50 |",
        "In the target class at chance: 10.0% in gan_seed_0, 10.0% in infogan_seed_3, 10.0% in infogan_seed_4.",
    ):
        assert row in text.splitlines()
    # Of two seeds the one with the higher error is shown.
    assert [line.partition("](")[2] for line in text.splitlines() if line.startswith("![")] == [
        "gan_seed_0/vector_arithmetic.png)",
        "infogan_seed_4/vector_arithmetic.png)",
    ]


def test_a_run_of_one_class_is_not_measured_and_not_shown(make_result, make_results):
    shown = make_result(3)
    gan = make_result(0, objective="gan")
    gan.evaluation["vector_arithmetic"] = None
    text = section_of(make_results(shown, gan=gan))
    assert "gan_seed_0 is not measured: nearly all of its images are of one class." in text
    assert "gan_seed_0/" not in text
    assert "| infogan_seed_3 | one code | 97.0% |" in text
    shown.evaluation["vector_arithmetic"] = None
    assert "|" not in section_of(make_results(shown, gan=gan))


def test_without_a_categorical_code_none_is_explained(make_result, make_results):
    runs = make_result(3), make_result(0, objective="gan")
    assert "\n- one code: " in section_of(make_results(runs[0], gan=runs[1]))
    for run in runs:
        del run.evaluation["vector_arithmetic"]["changes"]["one code"]
    text = section_of(make_results(runs[0], gan=runs[1]))
    assert "\n- mean of: " in text
    assert "\n- one code: " not in text
