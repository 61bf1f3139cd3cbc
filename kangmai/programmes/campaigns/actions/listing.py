"""Keep the list of a campaign: by night from the resident index, by hand from the lists of schools."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.campaigns import events, listing, models
from kangmai.programmes.campaigns.actions.sessions import end_past
from kangmai.programmes.campaigns.pupils import Pupil, read_pupils, residents_of, schools_of
from kangmai.programmes.campaigns.reach import WORK, locked, planned
from kangmai.programmes.campaigns.types import Listed
from kangmai.standards.calendars import legal_day


def keep_campaigns(*, at: datetime) -> int:
    """Every open campaign: follow the resident index, judge for whom a day has come, end sessions of days past; for the worker."""
    on, judged = legal_day(at), 0
    listing.follow_merged_entrants()
    for row in models.Campaign.objects.filter(closed_on=None).order_by("id"):
        with transaction.atomic():
            listing.bring_up_to_date(row)
            end_past(row, on=on)
        judged += listing.judge_due(row, on=on)
    return judged


def judge_residents(*, ids: Collection[ResidentId], at: datetime) -> int:
    """Judge some residents anew in the open campaigns, where nobody listens to what was written; how many lines."""
    with transaction.atomic():
        return listing.judge_residents(ids, on=legal_day(at))


def refresh(*, campaign_id: UUID, actor: Actor, at: datetime) -> int:
    """Bring a list into line with the resident index now; how many were added.

    Raises:
        NotPermitted, CampaignNotFound, CampaignClosed
    """
    with transaction.atomic():
        row = planned(campaign_id, actor=actor)
        added = listing.bring_up_to_date(row)
        listing.judge_due(row, on=legal_day(at))
        write_down_and_announce(events.LISTED, "Campaign", row.id, data={"added": added}, actor=actor, at=at)  # fmt: skip
    return added


def take_list(*, campaign_id: UUID, text: str, actor: Actor, at: datetime) -> Listed:
    """Take in the list of a school: number, school, grade and class in each line, with or without a heading.

    The number is that of the index or of the identity card. Who is found and one of the campaign's gets school
    and class, and is added where the campaign is made from lists; sent again it changes nothing.

    Raises:
        NotPermitted, CampaignNotFound, CampaignClosed, ListUnreadable
        SchoolUnknown: nothing was taken in.
    """
    pupils = read_pupils(text)
    with transaction.atomic():
        row = locked(campaign_id, WORK, actor=actor)
        schools = {code: id for code, (id, _place) in schools_of(pupils, actor=actor).items()}
        found = residents_of(pupils)
        known = {ResidentId(id) for id in found.values()}
        inside = _cohort(row, known)
        wanted = {found[each.number]: each for each in pupils if found.get(each.number) in inside}
        added = _add(row, wanted, schools, inside)
        changed = _seat(row, wanted, schools)
        listing.judge_due(row, on=legal_day(at))
        result = Listed(
            lines=len(pupils),
            added=added,
            changed=changed,
            unknown=tuple(each.line for each in pupils if each.number not in found),
            outside=tuple(
                each.line
                for each in pupils
                if each.number in found and found[each.number] not in inside
            ),
        )
        data = {"lines": result.lines, "added": added, "changed": changed}
        write_down_and_announce(events.LISTED, "Campaign", row.id, data=data, actor=actor, at=at)
    return result


def _cohort(row: models.Campaign, known: set[ResidentId]) -> dict[ResidentId, tuple[object, ...]]:
    """Those of some residents for whom the campaign is, with what the list keeps of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.id, r.birth_date, r.sex_code, r.place_code, r.managing_org
                FROM campaigns_campaign c JOIN identity_resident r ON {listing.HERE}
                WHERE c.id = %s AND r.id = ANY(%s::bigint[])
                  AND (c.source = 'schools' OR {listing.AREA})""",
            [row.pk, sorted(known)],
        )
        return {ResidentId(each[0]): each[1:] for each in cursor.fetchall()}


def _add(
    row: models.Campaign,
    wanted: dict[ResidentId, Pupil],
    schools: dict[str, int],
    inside: dict[ResidentId, tuple[object, ...]],
) -> int:
    there = set(row.targets.filter(resident_id__in=wanted).values_list("resident_id", flat=True))
    new = []
    for id in sorted(set(wanted) - there):
        born, sex, place, organization = inside[id]
        new.append(
            models.Target(
                campaign=row,
                resident_id=id,
                birth_on=born,
                sex_code=sex,
                place_code=place,
                organization=organization,
                school=schools[wanted[id].school],
                grade=wanted[id].grade,
                room=wanted[id].room,
            )
        )
    models.Target.objects.bulk_create(new, batch_size=1000)
    return len(new)


def _seat(row: models.Campaign, wanted: dict[ResidentId, Pupil], schools: dict[str, int]) -> int:
    """Give those on the list their school and class; for how many that is news."""
    changed = []
    for each in row.targets.select_for_update().filter(resident_id__in=wanted).order_by("pk"):
        pupil = wanted[ResidentId(each.resident_id)]
        seat = (schools[pupil.school], pupil.grade, pupil.room)
        if seat != (each.school, each.grade, each.room):
            each.school, each.grade, each.room = seat
            changed.append(each)
    models.Target.objects.bulk_update(changed, ["school", "grade", "room"], batch_size=1000)
    return len(changed)
