"""Find indicators in their list: by words of the name, by group, by who counts them."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.http import QueryDict
from django.utils.translation import gettext as _

from kangmai.analytics import rules
from kangmai.analytics.rules import Indicator
from kangmai.analytics.types import Form
from kangmai.portal.indicators.presenters import said
from kangmai.portal.shell.choices import Choice, choices

HERE, OUTSIDE = "here", "outside"


def found(every: Iterable[Indicator], query: QueryDict) -> list[Indicator]:
    """Those that fit all that is asked for, in the order given."""
    words = query.get("text", "")[:40].casefold().split()
    group, origin = query.get("group", ""), query.get("origin", "")
    return [
        each
        for each in every
        if (not group or each.group == group)
        and (origin not in (HERE, OUTSIDE) or (origin == OUTSIDE) is (each.form is Form.OUTSIDE))
        and all(word in _text(each) for word in words)
    ]


def _text(of: Indicator) -> str:
    return f"{of.id} {of.title.zh} {of.title.en}".casefold()


def page(
    every: Sequence[Indicator], after: str, *, limit: int
) -> tuple[Sequence[Indicator], str | None]:
    """So many after the one named, and the cursor of the next page."""
    ids = [each.id for each in every]
    start = ids.index(after) + 1 if after in ids else 0
    some = every[start : start + limit]
    return some, some[-1].id if start + limit < len(every) else None


def sections(some: Iterable[Indicator]) -> list[tuple[str, list[Indicator]]]:
    """Indicators under the names of their groups."""
    titles = {each.id: said(each.title) for each in rules.groups()}
    return [(titles[id], list(each)) for id, each in groupby(some, key=lambda rule: rule.group)]


def by_group(every: Iterable[Indicator], *, current: str) -> list[tuple[str, tuple[Choice, ...]]]:
    """Indicators to choose from, under the names of their groups."""
    order = {each.id: n for n, each in enumerate(rules.groups())}
    sorted_ = sorted(every, key=lambda rule: (order[rule.group], rule.id))
    return [
        (title, choices(((each.id, said(each.title)) for each in some), current=current))
        for title, some in sections(sorted_)
    ]


def group_choices(every: Iterable[Indicator], query: QueryDict) -> tuple[Choice, ...]:
    """The groups that have indicators."""
    there = {each.group for each in every}
    named = ((each.id, said(each.title)) for each in rules.groups() if each.id in there)
    return choices((("", _("all groups")), *named), current=query.get("group", ""))


def origin_choices(query: QueryDict) -> tuple[Choice, ...]:
    """Who counts them."""
    return choices(
        (("", _("all")), (HERE, _("counted here")), (OUTSIDE, _("counted elsewhere"))),
        current=query.get("origin", ""),
    )
