"""What was done in a quarter and what it comes to, with the visits behind each line."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from kangmai.kernel.actor import Actor
from kangmai.programmes.engine import queries as engine
from kangmai.programmes.workload import counting, models, reach, rules
from kangmai.programmes.workload.counting import Done
from kangmai.programmes.workload.errors import ItemUnknown
from kangmai.programmes.workload.rulebook import rule
from kangmai.programmes.workload.types import Behind, Line, Quarter, Rule, Statement
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


def statement(
    quarter: Quarter, *, organization: int, account: int | None = None, actor: Actor, at: datetime
) -> Statement:
    """The work of an institution in a quarter, or of one of its people, and what it comes to.

    Raises:
        NotPermitted
    """
    reach.require_work(organization, actor=actor)
    found, place = _rule_on(quarter, at), _place(organization)
    everything = counting.done_in(found, quarter, place)
    mine = [
        each
        for each in everything
        if each.organization == organization and account in (None, each.account)
    ]
    points = rules.points_of(_counted(mine), rule=found)
    untrue = _share(organization, quarter.year)
    said = Statement(
        quarter=quarter,
        organization=organization,
        lines=_lines(mine, found, actor),
        points=points,
        share_untrue=untrue,
        residents=None,
        town_points=None,
        fund=None,
        pay=None,
        rule=found,
    )
    return _with_pay(said, everything, place, actor)


def _rule_on(quarter: Quarter, at: datetime) -> Rule:
    """The rule of the quarter's last day, or of today while it lasts."""
    return rule(on=min(legal_day(at), date.fromordinal(quarter.ends_before.toordinal() - 1)))


def _place(organization: int) -> str:
    division, jurisdiction = registry.codes_of_place(organization_id=organization)
    return jurisdiction or division


def _counted(done: list[Done]) -> Mapping[str, int]:
    counted: dict[str, int] = {}
    for each in done:
        counted[each.item] = counted.get(each.item, 0) + each.counted
    return counted


def _lines(done: list[Done], found: Rule, actor: Actor) -> tuple[Line, ...]:
    """A line for every item of which something was done; items of programmes with a label for its holders."""
    unseen = engine.hidden(actor.scope)
    lines = []
    for item in found.items.values():
        some = [each for each in done if each.item == item.id]
        if not some or item.programme in unseen:
            continue
        made, counted = sum(each.done for each in some), sum(each.counted for each in some)
        over = sum(each.over for each in some)
        late = sum(each.late for each in some)
        lines.append(Line(item, made, counted, over, made - counted - over, late))
    return tuple(lines)


def _share(organization: int, year: int) -> Decimal | None:
    rows = models.Check.objects.filter(organization=organization, year=year)
    return rows.values_list("share_untrue", flat=True).first()


def _with_pay(said: Statement, everything: list[Done], place: str, actor: Actor) -> Statement:
    """The statement with what it comes to, where the institution shares the villages' part."""
    ids = {each.organization for each in everything} | {said.organization}
    known = registry.organizations_by_id(ids=ids, actor=actor)
    sharing = {id for id, each in known.items() if each.kind in said.rule.village_kinds}
    if said.organization not in sharing or len(place) < counting.TOWN_DIGITS:
        return said
    residents = counting.residents_of(place)
    fund = rules.fund_of(said.quarter, residents, rule=said.rule)
    if fund is None:
        return said
    shared = [each for each in everything if each.organization in sharing]
    town = rules.points_of(_counted(shared), rule=said.rule)
    pay = rules.pay_of(said.points, town_points=town, fund=fund, share_untrue=said.share_untrue)
    return replace(said, residents=residents, town_points=town, fund=fund, pay=pay)


def visits_behind(
    quarter: Quarter,
    *,
    item: str,
    organization: int,
    account: int | None = None,
    after: UUID | None = None,
    limit: int = 50,
    actor: Actor,
    at: datetime,
) -> Behind:
    """A page of the visits behind a line, with those that do not count.

    Raises:
        NotPermitted, ItemUnknown
    """
    reach.require_work(organization, actor=actor)
    found = _rule_on(quarter, at)
    if item not in found.items or found.items[item].programme in engine.hidden(actor.scope):
        raise ItemUnknown()
    ids = counting.visits_of_item(
        found, quarter, _place(organization), item=item, organization=organization,
        account=account, after=after, limit=limit + 1,
    )  # fmt: skip
    shown = ids[:limit]
    visits = engine.visits_by_id([str(each) for each in shown], actor=actor, at=at)
    return Behind(tuple(visits), str(shown[-1]) if len(ids) > limit else "")
