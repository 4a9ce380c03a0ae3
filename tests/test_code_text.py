import pytest

from infogan_tf.code_text import CodeTerm, parse_codes


def test_reads_the_paper_codes():
    assert parse_codes("categorical(10), 2*uniform@0.1") == (
        CodeTerm("c1", "categorical", (10,), 1, 1.0),
        CodeTerm("c2", "uniform", (), 1, 0.1),
        CodeTerm("c3", "uniform", (), 1, 0.1),
    )


def test_reads_names_sizes_and_arguments():
    codes = parse_codes(
        " shape = categorical(0.5,.3, 0.2) ,pose=2 * gaussian( 0, 2 )@ 2,bernoulli(0.2,size=3), uniform(), "
        "circular()@0.3"
    )
    assert codes == (
        CodeTerm("shape", "categorical", (0.5, 0.3, 0.2), 1, 1.0),
        CodeTerm("pose1", "gaussian", (0, 2), 1, 2.0),
        CodeTerm("pose2", "gaussian", (0, 2), 1, 2.0),
        CodeTerm("c4", "bernoulli", (0.2,), 3, 1.0),
        CodeTerm("c5", "uniform", (), 1, 1.0),
        CodeTerm("c6", "circular", (), 1, 0.3),
    )


WRONG = {
    "": "no kind of code in term 1 of 1, ''",
    "uniform,": "no kind of code in term 2 of 2, ''",
    "categorical": "nothing .expected a number of categories, or probabilities >= 0 that sum to 1. in term 1",
    "categorical(1)": "1 categories .expected an integer from 2 to 10000",
    "categorical(2.5)": "2.5 categories .expected an integer",
    "categorical(0.5, 0.6)": "0.5, 0.6 .expected a number of categories, or probabilities",
    "categorical(1.5, -0.5)": "1.5, -0.5 .expected",
    "categorical(10), 2*unifrm@0.1": "the unknown kind 'unifrm' .known: categorical, uniform, gaussian, circular, "
    r"bernoulli. in term 2 of 2, '2\*unifrm@0.1'",
    "uniform(1, 0)": "1, 0 .expected the lowest and the highest value",
    "uniform(1)": "1 .expected the lowest and the highest value",
    "gaussian(1)": "1 .expected the mean and a standard deviation > 0",
    "gaussian(0, 0)": "0, 0 .expected the mean and a standard deviation > 0",
    "circular(3)": "3 .expected no argument",
    "circular(size=2)": "size=2 .expected no argument; 2.circular makes two codes",
    "5000*circular": "the count 5000",
    "uniform(size=9999), circular": "more than 10000 dimensions of all codes together in term 2 of 2",
    "bernoulli(1)": "1 .expected a probability strictly between 0 and 1",
    "uniform(a)": "'a' .expected a number",
    "uniform(1e400, 2)": "'1e400' .expected a number",
    "categorical(size=3)": "'size=3' .expected a number",
    "uniform(size=0)": "the size 0 .expected 1 to 10000",
    "0*uniform": "the count 0 .expected 1 to 100",
    "101*uniform": "the count 101",
    "60*uniform, 60*uniform": "more than 100 codes in term 2 of 2",
    "uniform@-1": "the weight -1 .expected a number >= 0",
    "uniform@x": "'x' .expected a number",
    "c2=uniform, uniform": "the name 'c2' for the second time in term 2",
    "z=uniform": "the reserved name 'z'",
    "total=uniform": "the reserved name 'total'",
    "uniform)": "a wrong form in term 1 of 1, 'uniform",
    "categorical(10": "a wrong form",
    "uniform uniform": "a wrong form",
    "a b=uniform": "a wrong form",
    "uniform(-1,, 1)": "'' .expected a number",
    "uniform(size=2, size=3)": "'size=3' .expected a number",
    "9999999999*uniform": "a wrong form",
    "50*categorical(201)": "more than 10000 dimensions of all codes together in term 1",
    f"{'x' * 51}=uniform": "a name of more than 50 characters",
    f"uniform@{'x' * 200}": r" in term 1 of 1, 'uniform@x{62}\.\.\.'$",
}


@pytest.mark.parametrize("text", WRONG)
def test_points_at_the_wrong_term(text):
    with pytest.raises(ValueError, match=WRONG[text]):
        parse_codes(text)
