import io
import sys

from infogan_tf.data.preparation import in_parallel


def test_results_come_in_order_and_few_items_are_held():
    taken = []

    def items():
        for number in range(1000):
            taken.append(number)
            yield number

    results = in_parallel(lambda number: -number, items(), 1000, "negating")
    assert next(results) == 0
    assert len(taken) < 500
    assert list(results) == [-number for number in range(1, 1000)]


def test_progress_is_shown_on_a_terminal_alone(monkeypatch, capsys):
    assert list(in_parallel(abs, [-1, -2], 2, "decoding images")) == [1, 2]
    assert capsys.readouterr() == ("", "")
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    assert list(in_parallel(abs, range(2000), 2000, "decoding images")) == list(range(2000))
    assert "  decoding images |" in terminal.getvalue()
    assert " of 2000, " in terminal.getvalue()
