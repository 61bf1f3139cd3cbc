"""Drills and the scripts in force."""

from datetime import date
from uuid import UUID

from kangmai.epidemic.teams import rulebook
from kangmai.epidemic.teams.errors import DrillUnknown
from kangmai.epidemic.teams.queries.paging import PAGE, newest_first
from kangmai.epidemic.teams.reach import ASSESS, drills, takes_part
from kangmai.epidemic.teams.reading import drill_of
from kangmai.epidemic.teams.types import Drill, DrillState, Page, Script
from kangmai.kernel.actor import Actor, is_permitted


def drill_list(*, state: str = "", after: str = "", limit: int = PAGE, actor: Actor) -> Page[Drill]:
    """Drills, the newest first; in one state if asked. Raises NotPermitted."""
    rows = drills(actor)
    if state:
        rows = rows.filter(state=state)
    return newest_first(
        rows, after=after, limit=limit, present=lambda some: [drill_of(each) for each in some]
    )


def get_drill(drill_id: UUID, *, actor: Actor) -> Drill:
    """One drill. Raises NotPermitted, DrillUnknown."""
    row = drills(actor).filter(id=drill_id).first()
    if row is None:
        raise DrillUnknown()
    return drill_of(row)


def may_assess(drill_id: UUID, *, actor: Actor) -> bool:
    """Whether somebody may give marks to a drill now. Raises NotPermitted, DrillUnknown."""
    row = drills(actor).filter(id=drill_id).first()
    if row is None:
        raise DrillUnknown()
    states = (DrillState.RUNNING.value, DrillState.ASSESSING.value)
    return (
        row.state in states
        and is_permitted(actor, ASSESS, row.place_code)
        and not takes_part(row, actor)
    )


def script_list(*, on: date) -> tuple[Script, ...]:
    """The scripts in force on a day; they are no secret."""
    return rulebook.scripts(on=on)
