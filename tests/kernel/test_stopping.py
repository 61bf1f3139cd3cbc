"""A process ends when it is asked to, also by somebody who presses Ctrl-C many times."""

import signal
import subprocess
import sys

PROGRAM = """
from kangmai.kernel.stopping import stop_on_signals
stop = stop_on_signals()
print("ready", flush=True)
while not stop.wait(5):
    pass
input()  # signals that come late are no end to an orderly end
print("ended", flush=True)
"""


def test_many_signals_at_once_end_it_in_order():
    for _ in range(10):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin and process.stdout
        try:
            assert process.stdout.readline() == "ready\n"
            for number in [signal.SIGINT, signal.SIGTERM] * 300:
                process.send_signal(number)
            process.stdin.write("over\n")
            process.stdin.flush()
            assert process.communicate(timeout=20)[0] == "ended\n"
            assert process.returncode == 0
        finally:
            process.kill()
            process.wait()
