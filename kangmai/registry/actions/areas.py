"""Say which divisions an area counted apart is made of."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.registry import events, models, rules
from kangmai.registry.errors import DivisionNotListed, ValueMissing
from kangmai.registry.models.areas import EXCLUDE, INCLUDE
from kangmai.registry.writing import write_down
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
