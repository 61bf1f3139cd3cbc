"""Say which divisions an area counted apart is made of, and what is counted elsewhere than where it lies."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version
from kangmai.registry import events, models, rules
from kangmai.registry.errors import (
    DivisionNotListed,
    OrganizationUnknown,
    PeriodReversed,
    ReportingUnknown,
    ReportsToItself,
    ValueMissing,
)
from kangmai.registry.models.areas import EXCLUDE, INCLUDE
from kangmai.registry.writing import locked, write_down
from kangmai.standards.divisions import find_division


def set_reporting_area(
    *,
    code: str,
    name: str,
    name_en: str,
    includes: Sequence[str],
    excludes: Sequence[str],
    actor: Actor,
    at: datetime,
) -> int:
    """Make a reporting area, or replace what it is made of; returns its id.

    Args:
        includes: division codes it has, each with all below it.
        excludes: division codes inside them that it leaves out.

    Raises:
        NotPermitted: the actor is no registrar of every division named.
        DivisionNotListed, ValueMissing: a code is not in the lists; there is no name or division.
    """
    with transaction.atomic():
        for division_code in (*includes, *excludes):
            require(actor, rules.MANAGE, division_code)
            if find_division(division_code) is None:
                raise DivisionNotListed(code=division_code, field="members")
        if not (code and name and includes):
            raise ValueMissing(field="code, name, includes")
        area, _ = models.ReportingArea.objects.update_or_create(
            code=code, defaults={"name": name, "name_en": name_en}
        )
        area.members.all().delete()
        models.ReportingAreaMember.objects.bulk_create(
            models.ReportingAreaMember(area=area, division_code=each, effect=effect)
            for effect, codes in ((INCLUDE, includes), (EXCLUDE, excludes))
            for each in codes
        )
        write_down(
            actor=actor,
            at=at,
            event=events.AREA_CHANGED,
            object_type="ReportingArea",
            object_id=area.pk,
        )
        return int(area.pk)


def report_elsewhere(
    *,
    organization_id: int | None = None,
    division_code: str = "",
    reports_to: str,
    from_on: date,
    document: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Let an institution, or a division such as a development zone, be counted in another area from a day on.

    What held until then ends on that day; the same again is left as it is. Returns the id of the rule.

    Raises:
        ValueMissing: neither an institution nor a division, both, or no document.
        OrganizationUnknown, DivisionNotListed, ReportsToItself, PeriodReversed.
        NotPermitted: the actor is no registrar of where it lies and of where it is to be counted.
    """
    if bool(organization_id) is bool(division_code) or not document.strip():
        raise ValueMissing(field="organization or division, document")
    with transaction.atomic():
        lies_in = _lies_in(organization_id) if organization_id else division_code
        for code, field in ((lies_in, "division"), (reports_to, "reports_to")):
            if find_division(code) is None:
                raise DivisionNotListed(code=code, field=field)
            require(actor, rules.MANAGE, code)
        if reports_to == lies_in:
            raise ReportsToItself(code=lies_in)
        held = models.ReportingPlace.objects.select_for_update().filter(
            organization_id=organization_id or None, division_code=division_code, to_on=None
        )
        for before in held:
            if (before.reports_to, before.from_on) == (reports_to, from_on):
                return int(before.pk)
            _end(before, from_on)
        row = models.ReportingPlace.objects.create(
            organization_id=organization_id or None,
            division_code=division_code,
            reports_to=reports_to,
            from_on=from_on,
            document=document.strip()[:200],
        )
        return _reported(row, actor=actor, at=at)


def report_where_it_lies(
    *, rule_id: int, on: date, expected_version: int, actor: Actor, at: datetime
) -> int:
    """Count something where it lies again from a day on. Raises ReportingUnknown, PeriodReversed, NotPermitted."""
    with transaction.atomic():
        row = locked(models.ReportingPlace, rule_id, or_else=ReportingUnknown(rule=rule_id))
        require(actor, rules.MANAGE, _lies_in(row.organization_id) if row.organization_id else row.division_code)  # fmt: skip
        require_version(row.version, expected_version)
        _end(row, on)
        return _reported(row, actor=actor, at=at)


def _lies_in(organization_id: int) -> str:
    row = locked(
        models.Organization,
        organization_id,
        or_else=OrganizationUnknown(organization=organization_id),
    )
    return row.division_code


def _end(row: models.ReportingPlace, on: date) -> None:
    if on <= row.from_on:
        raise PeriodReversed(start=row.from_on, end=on)
    row.to_on, row.version = on, row.version + 1
    row.save(update_fields=("to_on", "version"))


def _reported(row: models.ReportingPlace, *, actor: Actor, at: datetime) -> int:
    write_down(
        actor=actor,
        at=at,
        event=events.REPORTING_CHANGED,
        object_type="ReportingPlace",
        object_id=row.pk,
    )
    return int(row.pk)
