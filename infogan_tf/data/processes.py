"""Work on many items by processes, one a core, each of which answers through its own pipes.

`multiprocessing` would run a person's script again in each process, unless it has `if __name__ == "__main__"`.
"""

import contextlib
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from queue import SimpleQueue
from typing import Any

from infogan_tf.data.preparation import cores, in_parallel

MANY = 5_000  # Items for which starting processes pays off.
PART = 32  # Items that a process takes at once.
START = "import sys; sys.path[:] = {path!r}; from infogan_tf.data import processes; processes.serve()"


def in_processes(function: Callable[[Any], Any], items: Iterable[Any], number: int) -> Iterator[Any]:
    """As `in_parallel`, of many items in processes, whatever lock the function holds; `number` is how many there are.

    Opening a picture holds Python's lock, so that threads keep few cores busy. The function, items and results are
    pickled; the function should be one of a module that doesn't load TensorFlow.
    """
    if number < MANY:
        yield from in_parallel(function, items)
        return
    items = iter(items)
    parts = iter(lambda: list(islice(items, PART)), [])
    with _started(cores()) as free:

        def ask(part: list[Any]) -> list[Any]:
            process = free.get()
            try:
                pickle.dump((function, part), process.stdin)
                process.stdin.flush()
                return pickle.load(process.stdout)
            except (BrokenPipeError, EOFError) as error:  # Memory may be exhausted, or a library has crashed.
                raise RuntimeError(f"a process that prepares images ended with code {process.wait()}") from error
            finally:
                free.put(process)

        for results in in_parallel(ask, parts):
            yield from results


@contextlib.contextmanager
def _started(number: int) -> Iterator[SimpleQueue]:
    """So many processes that wait for work; they end with their pipes, even if this process is killed."""
    command = [sys.executable, "-c", START.format(path=sys.path)]
    free = SimpleQueue()
    with contextlib.ExitStack() as running:
        for _ in range(number):
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            running.callback(_end, process)
            free.put(process)
        yield free


def _end(process: subprocess.Popen):
    with contextlib.suppress(BrokenPipeError):  # It has ended already.
        process.stdin.close()
    process.stdout.close()
    process.wait()


def serve():
    """What each process does: it reads functions with items, and writes lists of results, until its input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks, which then closes the pipes.
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            function, items = pickle.load(questions)
            pickle.dump([function(item) for item in items], answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
