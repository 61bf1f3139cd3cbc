"""From rows to values."""

from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.watchdog import models
from kangmai.programmes.watchdog.types import Deed, Finding, State, Step


def finding_of(row: models.Finding, steps: tuple[Step, ...] = ()) -> Finding:
    """A finding."""
    return Finding(
        id=row.id,
        detector=row.detector,
        circle=row.circle,
        organization=OrganizationId(row.organization),
        account=row.account,
        about=row.about,
        place_code=row.place_code,
        first_on=row.first_on,
        last_on=row.last_on,
        figures=row.figures,
        chance=row.chance,
        row_count=len(row.rows),
        rule_version=row.rule_version,
        state=State(row.state),
        found_at=row.found_at,
        due_at=row.due_at,
        last_seen_at=row.last_seen_at,
        answer=row.answer,
        closing=row.closing,
        version=row.version,
        steps=steps,
    )


def step_of(row: models.Step) -> Step:
    """What somebody did."""
    return Step(Deed(row.deed), row.code, row.note, row.account, row.at)
