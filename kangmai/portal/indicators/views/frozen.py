"""A figure that was frozen: counted again from the files it was counted from, beside today's, with what moved since."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.analytics import queries, rules
from kangmai.analytics.errors import LakeBroken
from kangmai.analytics.rules import Recount
from kangmai.analytics.types import Figure, Freeze
from kangmai.portal.indicators import comparing, presenters
from kangmai.portal.indicators.asking import Asked
from kangmai.portal.indicators.views.indicator import frame
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_safe
@signed_in
def frozen(request: PortalRequest, freeze_id: UUID) -> HttpResponse:
    """Show a frozen figure beside itself counted again and beside today's; damaged files are said."""
    kept = queries.get_freeze(freeze_id=freeze_id, actor=request.actor)
    found, damage = None, ""
    try:
        found = queries.recount(freeze_id=freeze_id, actor=request.actor)
    except LakeBroken as error:
        damage = words_of(error)
    rule = rules.find_indicator(kept.result.indicator, on=kept.result.rule_from)
    assert rule is not None  # entries stay when newer ones come
    asked = Asked(kept.result.total.area, kept.result.period, None)
    figures = [(_("Frozen"), kept.result.total), *_others(found)]
    context = {
        **frame(request, rule, asked, Crumb(_("Frozen figure"))),
        "figures": [presenters.shown(each, name=name, rule=rule) for name, each in figures],
        "facts": _facts(kept),
        "damage": damage,
        "difference_unit": presenters.difference_unit(rule),
        **(_moved(found, asked) if found else {}),
    }
    return render(request, "indicators/frozen.html", context)


def _others(found: Recount | None) -> list[tuple[str, Figure]]:
    if found is None:
        return []
    again = [(_("Counted again"), found.again.total)] if found.again else []
    return [*again, (_("Today"), found.moved.now.total)]


def _moved(found: Recount, asked: Asked) -> dict[str, object]:
    """Whether it came out the same, and what each area whose numbers moved did since."""
    moved = found.moved
    return {
        "is_outside": found.again is None,
        "is_same": found.is_same,
        "is_rule_changed": found.is_rule_changed,
        "change": presenters.change(moved.now.total, moved.before.total, moved.rule),
        "rows": [comparing.cause(each, moved.rule, asked) for each in found.corrected],
        "mix": f"{moved.mix:+,}" if moved.mix is not None else "",
    }


def _facts(kept: Freeze) -> list[tuple[str, str]]:
    """Who kept it, when, what for, and of which data."""
    facts = [
        (_("Frozen"), f"{words.instant(kept.frozen_at)} · {kept.frozen_by_name}"),
        (_("What for"), kept.note),
        (_("Data up to"), words.instant(kept.result.cutoff)),
        (_("State of the data"), kept.result.manifest[:12]),
        (_("Rule"), _("%(id)s, in force from %(day)s, version %(rule)s") % {"id": kept.result.indicator, "day": kept.result.rule_from, "rule": kept.result.rule}),
    ]  # fmt: skip
    return [(name, text) for name, text in facts if text]
