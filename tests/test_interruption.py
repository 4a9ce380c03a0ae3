import os
import signal
import subprocess
import sys
import threading

import pytest
from infogan_tf.training.interruption import StopRequest


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_is_noted_and_handlers_come_back(number):
    before = signal.getsignal(number)
    with StopRequest() as stop:
        assert stop.signal_name is None
        os.kill(os.getpid(), number)
        assert stop.signal_name == number.name
    assert signal.getsignal(number) is before


def test_other_threads_note_nothing():
    entered = []

    def enter():
        with StopRequest() as stop:
            entered.append(stop.signal_name)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert entered == [None]


def test_second_signal_ends_the_process():
    code = (
        "import os, signal\n"
        "from infogan_tf.training.interruption import StopRequest\n"
        "with StopRequest():\n"
        "    os.kill(os.getpid(), signal.SIGTERM); print('noted', flush=True); os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print('still here')\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout == "noted\n"
    assert result.returncode == -signal.SIGTERM
