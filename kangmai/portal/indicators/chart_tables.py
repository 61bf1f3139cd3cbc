"""The table of each chart of an indicator, as the lines of a file."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from kangmai.analytics.rules import Indicator
from kangmai.kernel.actor import Actor
from kangmai.portal.indicators import comparing, exports, presenters
from kangmai.portal.indicators.asking import Asked, named
from kangmai.portal.indicators.exports import Line
from kangmai.portal.indicators.presenters import area_name, said


def facts(rule: Indicator, asked: Asked) -> list[tuple[str, str]]:
    """What stands above every table of a chart."""
    return [
        (_("Area"), area_name(asked.area)),
        (_("Period"), named(asked.period)),
        (_("Rule"), f"{rule.id} {rule.effective_from} {rule.rule}"),
        (_("Verified"), _("yes") if rule.is_verified else _("to be verified")),
    ]


def _value(rule: Indicator) -> str:
    return f"{_('Value')} ({said(rule.unit)})"


def _trend(rule: Indicator, asked: Asked, actor: Actor) -> list[Line]:
    rows = [
        (named(each.period), presenters.shown(each.total, name="", rule=rule))
        for each in comparing.series(rule, asked, actor)
    ]
    return exports.plain(
        said(rule.title),
        facts(rule, asked),
        [_("Period"), _value(rule), _("Numerator"), _("Denominator"), _("Completeness")],
        [(name, each.value, each.numerator, each.denominator, each.completeness) for name, each in rows],
    )  # fmt: skip


def _areas(rule: Indicator, asked: Asked, actor: Actor) -> list[Line]:
    made = comparing.smalls(comparing.series(rule, asked, actor), rule, asked)
    periods = made.periods if made else ()
    rows = made.rows if made else ()
    return exports.plain(
        said(rule.title),
        facts(rule, asked),
        [_("Area"), *periods],
        [(name, *values) for name, values in rows],
    )


def _levels(rule: Indicator, asked: Asked, actor: Actor) -> list[Line]:
    made = comparing.levels(rule, asked, actor)
    runs = [(each.period, each.level) for each in made.rows] if made else []
    return exports.plain(
        said(rule.title),
        [*facts(rule, asked), *((_("Level"), f"{period}: {level}") for period, level in runs)],
        [_("Period"), _value(rule), _("Numerator"), _("Denominator")],
        [(name, each.value, each.numerator, each.denominator) for name, each in made.points]
        if made
        else [],
    )


def _funnel(rule: Indicator, asked: Asked, actor: Actor) -> list[Line]:
    made = comparing.funnel(rule, asked, actor)
    spread = [(_("Share of all"), made.share), (_("Spread beyond chance"), made.spread)] if made else []  # fmt: skip
    return exports.plain(
        said(rule.title),
        [*facts(rule, asked), *spread],
        [
            _("Institution"),
            _value(rule),
            _("Fraction"),
            _("Limits (95 in 100)"),
            _("Beside the limits"),
        ],
        [(each.name, each.value, each.fraction, each.limits, each.word) for each in made.every]
        if made
        else [],
    )


TABLES: dict[str, Callable[[Indicator, Asked, Actor], list[Line]]] = {
    "trend": _trend,
    "areas": _areas,
    "levels": _levels,
    "funnel": _funnel,
}
