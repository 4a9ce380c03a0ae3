import re

import pytest

from infogan_tf.code_text import CodesParser, CodeTerm, parse_codes
from infogan_tf.errors import SettingError
from infogan_tf.options import parsed


def test_reads_names_counts_sizes_arguments_and_weights():
    continuous = "pose=2 * gaussian( 0, 2 )@ 2,bernoulli(0.2,size=3), 2*uniform(), circular@.3"
    assert parse_codes(f" shape = categorical(0.5,.3, 0.2) ,{continuous}") == (
        CodeTerm("shape", "categorical", (0.5, 0.3, 0.2), 1, 1.0),
        CodeTerm("pose1", "gaussian", (0, 2), 1, 2.0),
        CodeTerm("pose2", "gaussian", (0, 2), 1, 2.0),
        CodeTerm("c4", "bernoulli", (0.2,), 3, 1.0),
        CodeTerm("c5", "uniform", (), 1, 1.0),
        CodeTerm("c6", "uniform", (), 1, 1.0),
        CodeTerm("c7", "circular", (), 1, 0.3),
    )


WRONG = {
    "": "no kind of code in term 1 of 1, ''",
    "uniform,": "no kind of code in term 2 of 2, ''",
    "categorical(10), 2*unifrm@0.1": "the unknown kind 'unifrm' (known: categorical, uniform, gaussian, circular, "
    "bernoulli) in term 2 of 2, '2*unifrm@0.1'",
    "categorical": "'' (expected 2 to 10000 categories, or their probabilities >= 0, which sum to 1) in term 1",
    "categorical(1)": "'1' (expected 2 to 10000 categories",
    "categorical(0.5, 0.6)": "'0.5, 0.6' (expected 2 to 10000 categories",
    "circular(size=2)": "the size 2 (expected 1)",
    "uniform(1, 0)": "'1, 0' (expected the lowest and the highest value)",
    "uniform(-3e38, 3e38)": "'-3e38, 3e38' (expected the lowest and the highest value)",
    "uniform(1e400, 2)": "'1e400' (expected a number)",
    "uniform(size=0)": "the size 0 (expected 1 to 10000)",
    "uniform(size=2, size=3)": "a wrong form",
    "gaussian(1)": "'1' (expected the mean and a standard deviation > 0)",
    "circular(3)": "'3' (expected no argument; 2*circular makes two codes)",
    "bernoulli(1)": "'1' (expected a probability strictly between 0 and 1)",
    "uniform@-1": "the weight -1 (expected a number >= 0)",
    "uniform@x": "'x' (expected a number)",
    "0*uniform": "the count 0 (expected 1 to 100)",
    "60*uniform, 60*uniform": "more than 100 codes in term 2 of 2",
    "uniform(size=9999), 2*circular": "more than 10000 dimensions of all codes together in term 2 of 2",
    "50*categorical(201)": "more than 10000 dimensions of all codes together in term 1",
    "c2=uniform, uniform": "the name 'c2', which is taken in term 2",
    "z=uniform": "the name 'z', which is taken",
    "uniform)": "a wrong form in term 1 of 1, 'uniform)'",
    f"{'x' * 51}=uniform": "a wrong form",
    f"uniform@{'x' * 200}": f" in term 1 of 1, 'uniform@{'x' * 62}...'",
}


@pytest.mark.parametrize("text", WRONG)
def test_points_at_the_wrong_term(text):
    with pytest.raises(SettingError, match=re.escape(WRONG[text])):
        parsed("codes", text, CodesParser())


def test_the_text_itself_is_the_option():
    assert parsed("codes", " 2*uniform@0.1", CodesParser()) == " 2*uniform@0.1"
