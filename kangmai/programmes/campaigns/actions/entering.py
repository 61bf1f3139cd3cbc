"""The vaccinations of children who enter a nursery or school: lists of entrants, and the check.

Source: 预防接种服务规范（国家基本公共卫生服务规范第三版）, check of certificates at entry; from memory.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.campaigns import events, models
from kangmai.programmes.campaigns.errors import EntrantNotFound, NobodyChosen
from kangmai.programmes.campaigns.pupils import Pupil, read_pupils, residents_of, schools_of
from kangmai.programmes.campaigns.reach import WORK, near, own
from kangmai.programmes.campaigns.types import Listed
from kangmai.programmes.vaccination import queries as clinic
from kangmai.standards.calendars import legal_day


def take_entrants(*, text: str, actor: Actor, at: datetime) -> Listed:
    """Take in the entrants of this year's schools: number, school, grade and class in each line.

    Sent again it changes nothing; who was not checked yet follows the school and class of a later list.

    Raises:
        NotPermitted, ListUnreadable
        SchoolUnknown: nothing was taken in.
    """
    require(actor, WORK)
    pupils, on = read_pupils(text), legal_day(at)
    with transaction.atomic():
        schools = schools_of(pupils, actor=actor)
        found = residents_of(pupils)
        children = clinic.lacking(found.values())
        wanted = {found[each.number]: each for each in pupils if found.get(each.number) in children}
        changed = _seat(wanted, schools, on)
        added = _add(wanted, schools, on, actor)
        write_down_and_announce(
            events.ENTRANTS, "Entrants", on.year, data={"lines": len(pupils), "added": added}, actor=actor, at=at
        )  # fmt: skip
    return Listed(
        lines=len(pupils),
        added=added,
        changed=changed,
        unknown=tuple(each.line for each in pupils if each.number not in found),
        outside=tuple(each.line for each in pupils if each.number in found and found[each.number] not in children),
    )  # fmt: skip


def _seat(
    wanted: Mapping[ResidentId, Pupil], schools: Mapping[str, tuple[int, str]], on: date
) -> int:
    """Give those listed already the school and class of the new list; for how many that is news."""
    rows = models.Entrant.objects.select_for_update().filter(year=on.year, resident_id__in=wanted)
    changed = []
    for row in rows.filter(checked_on=None).order_by("pk"):
        pupil = wanted[ResidentId(row.resident_id)]
        seat = (*schools[pupil.school], pupil.grade, pupil.room)
        if seat != (row.school, row.place_code, row.grade, row.room):
            row.school, row.place_code, row.grade, row.room = seat
            changed.append(row)
    models.Entrant.objects.bulk_update(changed, ["school", "place_code", "grade", "room"], batch_size=1000)  # fmt: skip
    return len(changed)


def _add(
    wanted: Mapping[ResidentId, Pupil],
    schools: Mapping[str, tuple[int, str]],
    on: date,
    actor: Actor,
) -> int:
    there = models.Entrant.objects.filter(year=on.year, resident_id__in=wanted)
    known = set(there.values_list("resident_id", flat=True))
    new = [
        models.Entrant(
            year=on.year,
            resident_id=id,
            school=schools[wanted[id].school][0],
            grade=wanted[id].grade,
            room=wanted[id].room,
            place_code=schools[wanted[id].school][1],
            organization=min(own(actor, WORK)),
            listed_on=on,
        )
        for id in sorted(set(wanted) - known)
    ]
    models.Entrant.objects.bulk_create(new, batch_size=1000)
    return len(new)


def check_entrants(*, entrants: Sequence[int], actor: Actor, at: datetime) -> int:
    """Keep that the certificates of some entrants were checked, with what each lacks today; how many lack something.

    Raises:
        NotPermitted, NobodyChosen
        EntrantNotFound: one of them is not seen, or was checked already; none is checked.
    """
    require(actor, WORK)
    if not entrants:
        raise NobodyChosen()
    with transaction.atomic():
        rows = models.Entrant.objects.select_for_update().filter(near(actor, WORK), pk__in=entrants)
        found = list(rows.filter(checked_on=None).order_by("pk"))
        if len(found) != len(set(entrants)):
            raise EntrantNotFound()
        late = clinic.lacking([ResidentId(each.resident_id) for each in found])
        for row in found:
            row.checked_on, row.checked_by = legal_day(at), actor.account
            row.missing = late.get(ResidentId(row.resident_id), 0)
        models.Entrant.objects.bulk_update(found, ["checked_on", "checked_by", "missing"], batch_size=1000)  # fmt: skip
        lacking = sum(bool(each.missing) for each in found)
        data = {"entrants": [each.pk for each in found], "lacking": lacking}
        write_down_and_announce(events.ENTRANTS_CHECKED, "Entrants", legal_day(at).year, data=data, actor=actor, at=at)  # fmt: skip
    return lacking
