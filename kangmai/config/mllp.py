"""The process that takes HL7 v2 messages by MLLP, on the lines of KANGMAI_MLLP."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from kangmai.config.start import start
from kangmai.kernel.stopping import stop_on_signals


def main() -> None:
    """Listen until SIGTERM or SIGINT."""
    start(database_url=os.environ["DATABASE_URL"], keys=Path(os.environ["KANGMAI_KEYS"]))
    listen(os.environ["KANGMAI_MLLP"], stop_on_signals())


def listen(
    text: str, stop: threading.Event, *, announce: Callable[[], None] = lambda: None
) -> None:
    """Listen on the lines of a setting until `stop` is set; calls `announce` once the ports are open.

    Raises:
        ListenerUnreadable
    """
    from kangmai.exchange.hl7v2.listener import Listener, lines_of

    listener = Listener(lines_of(text))
    listener.start()
    announce()
    stop.wait()
    listener.stop()


if __name__ == "__main__":
    main()
