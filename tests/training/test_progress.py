import io
import sys

from infogan_tf.console import log
from infogan_tf.training.progress import Progress

METRICS = {
    "loss/discriminator": 1.0,
    "loss/generator": 2.0,
    "mutual_information/c1": 2.25,
    "mutual_information/c2": -0.5,
    "mutual_information/total": 1.75,
}


def test_without_a_terminal_one_plain_line_an_epoch_with_its_means(capsys):
    progress = Progress(["c1", "c2"], start=10, total=35, updates_per_epoch=10)
    for step in range(11, 36):
        progress.update(step, {**METRICS, "loss/discriminator": float(step)})
    progress.close()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["epoch 2/4", "epoch 3/4", "epoch 4/4"]
    assert [line.split("  ")[1] for line in lines] == ["update 20/35", "update 30/35", "update 35/35"]
    assert "updates/s" in lines[0]
    assert lines[0].endswith("D 15.50 G 2.00 MI c1 2.25 c2 -0.50")
    assert "D 33.00 G" in lines[2]


def open_terminal(monkeypatch):
    """A terminal, and with it what it is sent, in place of stdout."""
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    return terminal


def shown(terminal):
    """The lines that stand on a terminal at last."""
    lines = []
    for line in terminal.getvalue().split("\n"):
        cells = []
        for part in line.split("\r"):
            cells[: len(part)] = part
        lines.append("".join(cells).rstrip())
    return lines


def test_a_line_stands_above_the_bar(monkeypatch):
    terminal = open_terminal(monkeypatch)
    progress = Progress(["c1", "c2"], start=0, total=20, updates_per_epoch=10)
    for step in range(1, 21):
        progress.update(step, METRICS)
        if step == 15:
            with progress.set_aside():
                log("warning: update 15")
    progress.close()
    lines = shown(terminal)
    assert lines[0] == "warning: update 15"
    assert lines[1].startswith("epoch 2/2 |")
    assert lines[2:] == [""]


def test_without_a_terminal_a_line_stands_between_lines(capsys):
    progress = Progress(["c1", "c2"], start=0, total=20, updates_per_epoch=20)
    with progress.set_aside():
        log("warning: update 15")
    progress.close()
    assert capsys.readouterr().out == "warning: update 15\n"


def test_on_a_terminal_a_bar(monkeypatch):
    terminal = open_terminal(monkeypatch)
    progress = Progress(["c1", "c2"], start=0, total=20, updates_per_epoch=10)
    for step in range(1, 21):
        progress.update(step, METRICS)
    progress.close()
    last = terminal.getvalue().split("\r")[-1]
    assert last.startswith("epoch 2/2 |")
    assert last.rstrip().endswith("/s, D 1.00 G 2.00 MI c1 2.25 c2 -0.50")
