"""The tables of the cockpit that are of no single indicator, as the lines of a file."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from kangmai.analytics import queries
from kangmai.analytics.rules import Indicator
from kangmai.kernel.actor import Actor
from kangmai.portal.indicators import comparing, exports, presenters
from kangmai.portal.indicators.asking import Asked, named
from kangmai.portal.indicators.exports import Line
from kangmai.portal.indicators.presenters import area_name, said
from kangmai.portal.shell import words


def _facts(asked: Asked) -> list[tuple[str, str]]:
    return [
        (_("Area"), area_name(asked.area)),
        (_("Period"), named(asked.period)),
        (_("Data up to"), words.instant(queries.cutoff())),
    ]


def _moved(every: Iterable[Indicator], asked: Asked, actor: Actor, at: datetime) -> list[Line]:
    rows: list[tuple[str, ...]] = [
        (said(found.rule.title), asked.area, area_name(asked.area), str(found.before.total.value), str(found.now.total.value), f"{found.difference:+}", "", "")
        for found in queries.movements(area=asked.area, actor=actor)
    ]  # fmt: skip
    for found in queries.movements(area=asked.area, actor=actor):
        for each in found.causes:
            cause = comparing.cause(each, found.rule, asked)
            rows.append((said(found.rule.title), each.area, cause.name, cause.before, cause.now, cause.both, cause.rate, cause.mix))  # fmt: skip
    return exports.plain(
        _("What moved this week"),
        _facts(asked),
        [_("Indicator"), _("Code"), _("Area"), _("Before"), _("Now"), _("Difference"), _("Own change"), _("Weight")],
        sorted(rows),
    )  # fmt: skip


def _behind(every: Iterable[Indicator], asked: Asked, actor: Actor, at: datetime) -> list[Line]:
    found = comparing.behind(
        queries.behind(period=asked.period, area=asked.area, actor=actor), asked
    )
    return exports.plain(
        _("Behind target"),
        _facts(asked),
        [_("Indicator"), _("Area"), _("Value"), _("Target"), _("Missing"), _("Unit"), _("Behind since"), _("Target in force"), _("Source")],
        [(r.title, r.area, r.value, r.target, r.gap, r.unit, r.since, r.valid, r.source) for r in found],
    )  # fmt: skip


def _quality(every: Iterable[Indicator], asked: Asked, actor: Actor, at: datetime) -> list[Line]:
    rows = []
    for rule in every:
        if rule.counted and rule.counts(asked.period):
            found = queries.compute(
                indicator=rule.id, period=asked.period, area=asked.area, actor=actor
            )
            rows.append((
                said(rule.title),
                presenters.status_word(found.total.status),
                said(found.reason),
                presenters.completeness(found.total, rule),
                _("yes") if rule.is_verified else _("to be verified"),
            ))  # fmt: skip
    return exports.plain(
        _("Quality of the data"),
        _facts(asked),
        [_("Indicator"), _("Status"), _("Why"), _("Completeness"), _("Verified")],
        rows,
    )


TABLES: dict[str, Callable[[Iterable[Indicator], Asked, Actor, datetime], list[Line]]] = {
    "moved": _moved,
    "behind": _behind,
    "quality": _quality,
}
