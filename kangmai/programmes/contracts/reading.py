"""Rows as the rest of the house sees them."""

from collections.abc import Iterable

from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.contracts import models
from kangmai.programmes.contracts.types import Contract, Member, Signature, State, Team
from kangmai.registry import queries as registry


def contract_of(row: models.Contract) -> Contract:
    """A contract."""
    return Contract(
        id=row.id,
        resident=ResidentId(row.resident_id),
        team=row.team_id,
        team_name=row.team.name,
        organization=OrganizationId(row.organization),
        place_code=row.place_code,
        state=State(row.state),
        packages=tuple(row.packages),
        years=row.years,
        fee=row.fee,
        signature=Signature(row.signature),
        asked_on=row.asked_on,
        signed_on=row.signed_on,
        begins_on=row.begins_on,
        ends_on=row.ends_on,
        end_reason=row.end_reason,
        note=row.note,
        renews=row.renews_id,
        promised=row.promised,
        done=row.done,
        version=row.version,
    )


def teams_of(rows: Iterable[models.Team]) -> list[Team]:
    """Teams with their members: two questions however many they are."""
    found = list(rows)
    members = list(models.Member.objects.filter(team__in=found).order_by("id"))
    names = registry.staff_names(ids={each.staff for each in members})
    of: dict[object, list[Member]] = {}
    for each in members:
        of.setdefault(each.team_id, []).append(
            Member(each.staff, names.get(each.staff, ""), each.duty)
        )
    return [
        Team(
            id=row.id,
            name=row.name,
            organization=OrganizationId(row.organization),
            place_code=row.place_code,
            leader=row.leader,
            phone=row.phone,
            members=tuple(of.get(row.id, ())),
            is_open=row.is_open,
            version=row.version,
        )
        for row in found
    ]
