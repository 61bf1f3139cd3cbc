"""What the server process imports: Django woken from the environment, then the application."""

import os
import threading
import time
from pathlib import Path

from kangmai.config.start import start

start(database_url=os.environ["DATABASE_URL"], keys=Path(os.environ["KANGMAI_KEYS"]))


def _end_with_parent() -> None:
    """A server process whose parent was killed must not keep the port."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()

from kangmai.config.wsgi import application  # noqa: E402 - rooms can be imported only now

__all__ = ["application"]
