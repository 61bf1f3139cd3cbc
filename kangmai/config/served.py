"""What the server process imports: Django woken from the environment, then the application."""

import os
from pathlib import Path

from kangmai.config.start import start

start(database_url=os.environ["DATABASE_URL"], keys=Path(os.environ["KANGMAI_KEYS"]))

from kangmai.config.wsgi import application  # noqa: E402 - rooms can be imported only now

__all__ = ["application"]
