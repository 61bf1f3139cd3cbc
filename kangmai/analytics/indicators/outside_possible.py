"""What a figure from outside cannot be, so that a slip of the pen is named and not taken in."""

from datetime import date
from decimal import Decimal

from kangmai.analytics.errors import OutsideImpossible, OutsideSaidTwice
from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.types import Outside
from kangmai.kernel.words import Words

WHOLE = 100
BELOW_ZERO = Words("数值小于 0", "the value is below 0")
BEYOND_WHOLE = Words("占比大于 100%", "a share is more than 100 %")
PART_BEYOND = Words("分子大于分母", "the numerator is more than the denominator")
NOT_BEGUN = Words("收到日期时该期尚未开始", "the period had not begun when the figure was received")
NOT_YET = Words("收到日期晚于今天", "the day of receipt is yet to come")


def check_possible(figure: Outside, rule: Indicator, *, on: date) -> None:
    """Raises OutsideImpossible."""
    for reason, is_so in (
        (NOT_YET, figure.received_on > on),
        (NOT_BEGUN, figure.period.start > figure.received_on),
        *(() if rule.is_beyond_whole else _of_amounts(figure, rule)),
    ):
        if is_so:
            raise OutsideImpossible(reason=reason)


def _of_amounts(figure: Outside, rule: Indicator) -> tuple[tuple[Words, bool], ...]:
    """Growth, occupancy and plans fulfilled may lie beyond: their rules say so."""
    is_share = rule.unit.en == "%" and rule.per == WHOLE
    part, all_of = figure.numerator, figure.denominator
    return (
        (PART_BEYOND, is_share and part is not None and all_of is not None and part > all_of),
        (BEYOND_WHOLE, is_share and figure.value > Decimal(WHOLE)),
        (BELOW_ZERO, figure.value < 0),
    )


def check_once(figure: Outside, lines: dict[tuple[object, ...], int], line: int) -> None:
    """No two lines of a table give a figure of the same indicator, area and period. Raises OutsideSaidTwice."""
    first = lines.setdefault((figure.indicator, figure.area, figure.period), line)
    if first != line:
        raise OutsideSaidTwice(line=first)
