"""How a process that runs for long is asked to end."""

import _thread
import signal
import threading


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set, however many of them come at once.

    A handler runs in the middle of whatever the main thread does, also inside the event's own lock, which
    a second signal would then wait for without end. So the event is set by a thread made for that.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _thread.start_new_thread(stop.set, ()))
    return stop
