"""Teams with what they have, and the teams that a resident may choose among."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.programmes.contracts import models, reach, rules
from kangmai.programmes.contracts.errors import TeamNotFound
from kangmai.programmes.contracts.reach import COUNT, KEEP, OWN, SIGN
from kangmai.programmes.contracts.reading import teams_of
from kangmai.programmes.contracts.types import Figures, Team

MOST = 60
YEAR = datetime.timedelta(days=365)
_CONTRACTS = """
SELECT c.team_id,
       count(*) FILTER (WHERE c.state <> 'asked' AND c.begins_on <= %(on)s AND c.ends_on >= %(on)s),
       count(*) FILTER (WHERE c.state = 'signed' AND c.ends_on BETWEEN %(on)s AND %(soon)s),
       count(*) FILTER (WHERE c.state = 'asked')
FROM contracts_contract c
WHERE c.team_id = ANY(%(teams)s::uuid[]) AND c.state IN ('asked', 'signed', 'renewed')
GROUP BY 1"""
_RATINGS = """
SELECT r.team_id, count(*), count(*) FILTER (WHERE r.score >= %(satisfied)s)
FROM contracts_rating r WHERE r.team_id = ANY(%(teams)s::uuid[]) AND r.on > %(since)s GROUP BY 1"""


def team_list(
    *, area: str = "", is_open: bool = True, after: UUID | None = None, limit: int = 30, actor: Actor
) -> list[Team]:  # fmt: skip
    """A page of the teams of the actor's institutions and places; `after` is the last of the page before.

    Raises:
        NotPermitted
    """
    require(actor, COUNT)
    rows = models.Team.objects.filter(_near(actor), is_open=is_open, place_code__startswith=area)
    if after:
        rows = rows.filter(id__gt=after)
    return teams_of(rows.order_by("id")[:limit])


def get_team(team_id: UUID, *, actor: Actor) -> Team:
    """A team near the actor. Raises NotPermitted, TeamNotFound."""
    require(actor, COUNT)
    row = models.Team.objects.filter(_near(actor), pk=team_id).first()
    if row is None:
        raise TeamNotFound()
    return teams_of([row])[0]


def _near(actor: Actor) -> Q:
    return reach.near(actor, COUNT)


def signing_teams(*, actor: Actor) -> list[Team]:
    """The open teams for which an actor signs, his institution's first. Raises NotPermitted."""
    require(actor, SIGN)
    home = next((each.organization for each in actor.grants if each.organization), None)
    rows = models.Team.objects.filter(reach.teams_to_sign_for(actor), is_open=True)
    found = teams_of(rows.order_by("id")[:MOST])
    return sorted(found, key=lambda each: each.organization != home)


def teams_for(home: str, *, actor: Actor) -> list[Team]:
    """The open teams that serve a home, the nearest first, for a resident who chooses. Raises NotPermitted."""
    if not is_permitted(actor, SIGN):
        require(actor, OWN)
    ways = [home[:n] for n in (4, 6, 9, 12) if len(home) >= n]
    rows: QuerySet[models.Team] = models.Team.objects.filter(is_open=True, place_code__in=ways)
    return teams_of(sorted(rows.order_by("id")[:MOST], key=lambda each: -len(each.place_code)))


def figures_of(teams: Sequence[Team], *, on: datetime.date, actor: Actor) -> dict[UUID, Figures]:
    """What teams have: two statements however many they are. Raises NotPermitted."""
    require(actor, COUNT)
    of = rules.rule(on=on)
    asked = {
        "teams": [each.id for each in teams],
        "on": on,
        "soon": on + datetime.timedelta(of.renewal_days),
        "since": on - YEAR,
        "satisfied": of.satisfied_from,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CONTRACTS, asked)
        contracts = {id: rest for id, *rest in cursor.fetchall()}
        cursor.execute(_RATINGS, asked)
        ratings = {id: rest for id, *rest in cursor.fetchall()}
    return {
        each.id: _figures(
            contracts.get(each.id, (0, 0, 0)), ratings.get(each.id, (0, 0)), of.least_ratings
        )
        for each in teams
    }


def _figures(contracts: Sequence[int], ratings: Sequence[int], least: int) -> Figures:
    answers, satisfied = ratings
    share = None
    if answers >= least:
        share = (Decimal(satisfied) * 100 / answers).quantize(Decimal("0.1"))
    valid, ending, asked = contracts
    return Figures(valid, ending, asked, answers if share is not None else 0, share)


def may_keep(team: Team, *, actor: Actor) -> bool:
    """Whether an actor changes a team."""
    rows = models.Team.objects.filter(reach.near(actor, KEEP), pk=team.id)
    return is_permitted(actor, KEEP) and rows.exists()


def keeping(*, actor: Actor) -> frozenset[int]:
    """The institutions whose teams an actor keeps. Raises NotPermitted."""
    require(actor, KEEP)
    return reach.institutions(actor, KEEP)
