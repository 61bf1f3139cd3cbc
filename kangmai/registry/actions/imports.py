"""Take a file of institutions, all of it or nothing."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.errors import KangmaiError
from kangmai.registry import models
from kangmai.registry.actions.organizations import create_organization, update_organization
from kangmai.registry.errors import OrganizationUnknown
from kangmai.registry.tables import OrganizationRow, in_order, read_organizations, with_parent
from kangmai.registry.types import ImportReport, OrganizationFacts, RowError
from kangmai.registry.values import columns_of


class _Undo(Exception):
    """Leaves the transaction without writing."""


def import_organizations(text: str, *, dry_run: bool, actor: Actor, at: datetime) -> ImportReport:
    """Register or change the institutions of a CSV file; the code says which.

    Every row is tried, so that the report shows every fault at once; with a single fault, or in a dry
    run, nothing is written. Definition registry/table_format/organizations lists the columns.

    Args:
        text: the file; `registry.rules.decode_table` reads it from bytes.

    Raises:
        TableHeaderWrong: the first line does not name the columns.
    """
    rows, errors = read_organizations(text)
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    try:
        with transaction.atomic():
            for row in in_order(rows):
                try:
                    counts[_take(row, actor=actor, at=at)] += 1
                except KangmaiError as error:
                    field = "parent_code" if isinstance(error, OrganizationUnknown) else ""
                    errors.append(RowError(row.line, str(error.details.get("field", field)), error))
            if errors or dry_run:
                raise _Undo
    except _Undo:
        pass
    errors.sort(key=lambda error: error.line)
    total = len(rows) + sum(1 for error in errors if error.line not in {r.line for r in rows})
    return ImportReport(
        rows=total,
        errors=tuple(errors),
        is_written=not errors and not dry_run,
        **counts,
    )


def _take(row: OrganizationRow, *, actor: Actor, at: datetime) -> str:
    facts = with_parent(row, _parent_id(row.parent_code))
    found = models.Organization.objects.filter(code=facts.code).first()
    if found is None:
        create_organization(facts=facts, actor=actor, at=at)
        return "created"
    facts = replace(facts, is_invented=found.is_invented)  # a file cannot make invented ones real
    if _says_the_same(found, facts):
        return "unchanged"
    update_organization(
        organization_id=found.pk,
        facts=facts,
        expected_version=found.version,
        actor=actor,
        at=at,
    )
    return "updated"


def _parent_id(code: str) -> int | None:
    if not code:
        return None
    found = models.Organization.objects.filter(code=code).values_list("id", flat=True).first()
    if found is None:
        raise OrganizationUnknown(organization=code)
    return found


def _says_the_same(row: models.Organization, facts: OrganizationFacts) -> bool:
    return all(getattr(row, column) == value for column, value in columns_of(facts).items())
