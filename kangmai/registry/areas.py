"""Reporting areas as ranges of division codes: the divisions included, minus those excluded."""

from collections.abc import Iterable

from kangmai.kernel.actor import PlaceRange


def subtract(
    includes: Iterable[PlaceRange], excludes: Iterable[PlaceRange]
) -> tuple[PlaceRange, ...]:
    """The codes in `includes` and not in `excludes`, as ordered ranges that neither meet nor overlap.

    >>> subtract([PlaceRange("441284", "441285")], [PlaceRange("441284400", "441284401")])
    (PlaceRange(low='441284', high='441284400'), PlaceRange(low='441284401', high='441285'))
    """
    rest = _joined(includes)
    for hole in excludes:
        rest = [piece for each in rest for piece in _without(each, hole)]
    return tuple(rest)


def _joined(ranges: Iterable[PlaceRange]) -> list[PlaceRange]:
    joined: list[PlaceRange] = []
    for each in sorted(ranges, key=lambda r: (r.low, r.high)):
        if joined and each.low <= joined[-1].high:
            joined[-1] = PlaceRange(joined[-1].low, max(joined[-1].high, each.high))
        else:
            joined.append(each)
    return joined


def _without(whole: PlaceRange, hole: PlaceRange) -> list[PlaceRange]:
    pieces = (
        PlaceRange(whole.low, min(whole.high, hole.low)),
        PlaceRange(max(whole.low, hole.high), whole.high),
    )
    return [piece for piece in pieces if piece.low < piece.high]
