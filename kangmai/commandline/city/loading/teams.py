"""Emergency teams of the invented city: a few of each kind, of staff that is there, with a week's roster; and experts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.institutions.types import Institution
from kangmai.epidemic.teams import actions, rules
from kangmai.epidemic.teams.types import MemberFacts, Rule
from kangmai.kernel.actor import Actor
from kangmai.standards.calendars import legal_day

ROSTER_DAYS = 7


def load_teams(
    city: InventedCity,
    organizations: Sequence[int],
    staff: Sequence[int],
    *,
    actor: Actor,
    at: datetime,
) -> int:
    """Form the teams and name the experts that the assumptions ask for; how many teams there are."""
    found, table = rules.rule(on=legal_day(at)), read("teams")
    made = 0
    left = dict(table["institutions"])
    for each in city.network.institutions:
        kinds = table["teams"].get(each.kind, [])
        if not kinds or left.get(each.kind, 0) <= 0:
            continue
        left[each.kind] -= 1
        people = [staff[person] for person in city.network.staff_of[each.order]]
        for kind in kinds:
            needed = sum(found.kinds[kind].least.values())
            if len(people) < needed:
                break
            members, people = people[:needed], people[needed:]
            _form(each, organizations[each.order], kind, members, found, actor, at)
            made += 1
        specialty = table["experts"].get(each.kind)
        if specialty and people:
            actions.name_expert(organization=organizations[each.order], staff=people[0], specialty=specialty, actor=actor, at=at)  # fmt: skip
    return made


def _form(
    each: Institution,
    organization: int,
    kind: str,
    people: Sequence[int],
    found: Rule,
    actor: Actor,
    at: datetime,
) -> None:
    functions = [name for name, n in found.kinds[kind].least.items() for _ in range(n)]
    members = [MemberFacts(*pair) for pair in zip(people, functions, strict=True)]
    title = found.kinds[kind].title.zh
    team = actions.form(
        organization=organization, kind=kind, name=f"{each.name}{title}"[:80], members=members,
        key=uuid4(), actor=actor, at=at,
    )  # fmt: skip
    today = legal_day(at)
    actions.set_roster(
        team_id=team.id, days=[today + timedelta(n) for n in range(ROSTER_DAYS)], shift="whole",
        staff=people[:1], expected_version=team.version, actor=actor, at=at,
    )  # fmt: skip
