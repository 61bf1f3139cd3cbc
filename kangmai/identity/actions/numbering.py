"""Give a resident the 17-digit number of his health record: the next serial of the village he lives in.

Source: 国家基本公共卫生服务规范（第三版）2017, 居民健康档案管理服务规范 (from memory): county, town, village, serial.
"""

from datetime import datetime

from django.db import connection, transaction

from kangmai.identity import models
from kangmai.identity.actions.change import locked, save
from kangmai.identity.errors import RecordNumberGiven, RecordNumbersUsedUp, VillageUnknown
from kangmai.identity.reach import resident_of
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import HealthRecordNumber, ResidentId
from kangmai.standards.divisions import Level, find_division
from kangmai.standards.errors import HealthRecordNumberIncorrect
from kangmai.standards.health_record_numbers import (
    make_health_record_number,
    parse_health_record_number,
)


def give_record_number(
    resident_id: ResidentId, *, expected_version: int, actor: Actor, at: datetime
) -> Resident:
    """Open the health record of a resident: the next free number of his village, which he keeps when he moves.

    Raises:
        ResidentNotFound, NotPermitted, ResidentChanged
        RecordNumberGiven: he has one.
        VillageUnknown: his home is known down to the town at most.
        RecordNumbersUsedUp: the village has given 99,999 of them.
    """
    require(actor, "identity.write")
    with transaction.atomic():
        row = locked(resident_id, expected_version, actor)
        if row.record_number:
            raise RecordNumberGiven(number=row.record_number)
        row.record_number = _next(row.place_code)
        save(row, "identity.numbered", actor, at)
    return resident_of(row)


def _next(place_code: str) -> HealthRecordNumber:
    """The next number of a village; until the transaction ends nobody else takes one of it."""
    division = find_division(place_code)
    if division is None or division.level is not Level.VILLAGE:
        raise VillageUnknown(code=place_code)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 17))", [division.code])
    taken = models.Resident.objects.filter(
        record_number__gte=division.code, record_number__lt=f"{division.code}:"
    ).order_by("-record_number")
    latest = taken.values_list("record_number", flat=True).first()
    serial = parse_health_record_number(latest).serial + 1 if latest else 1
    try:
        return HealthRecordNumber(
            str(make_health_record_number(village=division.code, serial=serial))
        )
    except HealthRecordNumberIncorrect:
        raise RecordNumbersUsedUp(village=division.code) from None
