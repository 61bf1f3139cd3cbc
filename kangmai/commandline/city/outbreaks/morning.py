"""What the next morning would bring: events handed to their subscribers, and yesterday's series judged anew."""

from datetime import datetime, timedelta

from kangmai.commandline.city.outbreaks.reporting import ACTOR
from kangmai.epidemic.surveillance import actions as surveillance
from kangmai.kernel import feed
from kangmai.standards.calendars import legal_day


def judge_anew(*, at: datetime) -> None:
    """Let subscribers catch up, then judge the series of yesterday; a day judged again raises nothing twice."""
    feed.drain()
    surveillance.detect(on=legal_day(at) - timedelta(days=1), actor=ACTOR, at=at)
