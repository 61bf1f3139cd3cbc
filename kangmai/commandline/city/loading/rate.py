"""How fast a load goes and how long it will take, in a line now and then."""

import time

EVERY_SECONDS = 5.0


class Rate:
    """Measures from its making; `loaded` was there before."""

    def __init__(self, total: int, *, loaded: int) -> None:
        self.total = total
        self.before = loaded
        self.started = self.said = time.monotonic()

    def line(self, loaded: int) -> str:
        """What to say now; nothing where the latest line is not old enough."""
        now = time.monotonic()
        if now - self.said < EVERY_SECONDS or loaded <= self.before:
            return ""
        self.said = now
        a_second = (loaded - self.before) / (now - self.started)
        minutes = (self.total - loaded) / a_second / 60
        return (
            f"{loaded:,} of {self.total:,} people ({100 * loaded / self.total:.0f} %), "
            f"{a_second:,.0f} a second, about {minutes:,.1f} minutes left"
        )
