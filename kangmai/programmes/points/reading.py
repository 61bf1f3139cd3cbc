"""Rows as values."""

from collections.abc import Iterable

from kangmai.programmes.points import models
from kangmai.programmes.points.types import (
    Deed,
    Finding,
    FindingState,
    Inspection,
    Outcome,
    Point,
    State,
    Statement,
    Step,
)


def point_of(row: models.Point) -> Point:
    """A point."""
    return Point(
        id=row.id,
        kind=row.kind,
        name=row.name,
        place_code=row.place_code,
        organization=row.organization,
        place=row.place,
        partner=row.partner,
        keeper=row.keeper,
        holder_kind=row.holder_kind,
        address=row.address,
        phone=row.phone,
        state=State(row.state),
        values=row.values,
        is_able=row.is_able,
        lacks=tuple(row.lacks),
        size=row.size,
        used=row.used,
        stated_from=row.stated_from,
        confirmed_on=row.confirmed_on,
        review_on=row.review_on,
        ends_on=row.ends_on,
        closed_on=row.closed_on,
        open_findings=row.open_findings,
        entered_by=row.entered_by,
        is_invented=row.is_invented,
        version=row.version,
    )


def statements_of(rows: Iterable[models.Statement]) -> tuple[Statement, ...]:
    """Statements, given by day and entry, the latest first."""
    seen = set()
    found = []
    for row in rows:
        found.append(
            Statement(
                row.from_on, row.values, row.size, row.is_able, tuple(row.lacks),
                row.from_on not in seen, row.account, row.at,
            )
        )  # fmt: skip
        seen.add(row.from_on)
    return tuple(found)


def step_of(row: models.Step) -> Step:
    """A step."""
    return Step(Deed(row.deed), row.on, row.note, row.account, row.at)


def finding_of(row: models.Finding) -> Finding:
    """A finding."""
    return Finding(
        id=row.id,
        point=row.point_id,
        item=row.item,
        note=row.note,
        is_serious=row.is_serious,
        due_on=row.due_on,
        state=FindingState(row.state),
        mended=row.mended,
        mended_at=row.mended_at,
        settled_note=row.settled_note,
        settled_at=row.settled_at,
        times_returned=row.times_returned,
    )


def inspection_of(row: models.Inspection) -> Inspection:
    """An inspection with its findings."""
    findings = sorted(row.findings.all(), key=lambda each: each.pk)
    return Inspection(
        id=row.id,
        on=row.on,
        inspectors=row.inspectors,
        organization=row.organization,
        outcome=Outcome(row.outcome),
        note=row.note,
        account=row.account,
        findings=tuple(finding_of(each) for each in findings),
    )
