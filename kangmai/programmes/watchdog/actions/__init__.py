"""The writes of the watchdog: the night's look, and what people do with findings."""

from kangmai.programmes.watchdog.actions.answering import answer, close, send_back
from kangmai.programmes.watchdog.actions.watching import watch

__all__ = ["answer", "close", "send_back", "watch"]
