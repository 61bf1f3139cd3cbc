"""The list of a campaign, kept in line with the resident index in a few statements, and judged in portions."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import connection, transaction

from kangmai.kernel.ids import ResidentId
from kangmai.programmes.campaigns import models, rules
from kangmai.programmes.campaigns.types import CampaignRule, Need, Source
from kangmai.programmes.vaccination import queries as vaccination
from kangmai.programmes.vaccination.types import CourseState

PORTION = 2000
HERE = """r.merged_into_id IS NULL AND coalesce(r.deceased_on, r.moved_out_on) IS NULL
    AND r.birth_date >= c.born_from AND r.birth_date <= c.born_until
    AND (c.sex_code = '' OR r.sex_code = c.sex_code)"""
AREA = "r.place_code >= c.area_low AND r.place_code < c.area_high"

_ADD = f"""
INSERT INTO campaigns_target (campaign_id, resident_id, birth_on, sex_code, place_code, organization, room,
    need, vaccine, given, consent, consent_by, refusal, note, missed)
SELECT c.id, r.id, r.birth_date, r.sex_code, r.place_code, r.managing_org, '', 'new', '', 0, 'asked', '', '', '', 0
FROM campaigns_campaign c JOIN identity_resident r ON {HERE} AND {AREA}
WHERE c.id = %(campaign)s
ON CONFLICT (campaign_id, resident_id) DO NOTHING"""

_MOVED = """
UPDATE campaigns_target t SET place_code = r.place_code, organization = r.managing_org
FROM identity_resident r
WHERE t.campaign_id = %(campaign)s AND r.id = t.resident_id
  AND (t.place_code, t.organization) IS DISTINCT FROM (r.place_code, r.managing_org)"""

# whoever was merged goes on under the number he stands for now, where that one is not on the list
_MERGED = """
UPDATE campaigns_target t SET resident_id = r.merged_into_id, look_on = NULL, need = 'new'
FROM identity_resident r
WHERE t.campaign_id = %(campaign)s AND r.id = t.resident_id AND r.merged_into_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM campaigns_target o WHERE o.campaign_id = t.campaign_id AND o.resident_id = r.merged_into_id)"""

_ENTRANTS_MERGED = """
UPDATE campaigns_entrant t SET resident_id = r.merged_into_id FROM identity_resident r
WHERE r.id = t.resident_id AND r.merged_into_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM campaigns_entrant o WHERE o.year = t.year AND o.resident_id = r.merged_into_id)"""

_GONE = f"""
DELETE FROM campaigns_target t USING campaigns_campaign c
WHERE t.campaign_id = %(campaign)s AND c.id = t.campaign_id AND t.visit IS NULL AND t.consent <> 'refused'
  AND NOT EXISTS (SELECT 1 FROM identity_resident r WHERE r.id = t.resident_id AND {HERE}
                  AND (c.source = 'schools' OR {AREA}))"""


def bring_up_to_date(campaign: models.Campaign) -> int:
    """Take newcomers in, follow moves and merges, leave out who is gone and left no trace; how many were added."""
    with connection.cursor() as cursor:
        cursor.execute(_MERGED, {"campaign": campaign.pk})
        cursor.execute(_MOVED, {"campaign": campaign.pk})
        cursor.execute(_GONE, {"campaign": campaign.pk})
        if campaign.source != Source.RESIDENTS.value:
            return 0
        cursor.execute(_ADD, {"campaign": campaign.pk})
        return int(cursor.rowcount)


def follow_merged_entrants() -> None:
    """Let entrants who were merged go on under the number they stand for now."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRANTS_MERGED)


def judge_due(campaign: models.Campaign, *, on: date) -> int:
    """Judge who was never judged and for whom a day has come, in portions; how many."""
    found = 0
    while ids := _due(campaign, on):
        with transaction.atomic():
            judge(campaign, ids, on=on)
        found += len(ids)
    return found


def _due(campaign: models.Campaign, on: date) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM campaigns_target WHERE campaign_id = %s AND (need = 'new' OR look_on <= %s)
               ORDER BY id LIMIT %s""",
            [campaign.pk, on, PORTION],
        )
        return [row[0] for row in cursor.fetchall()]


def judge_residents(ids: Collection[ResidentId], *, on: date) -> int:
    """Judge some residents anew in the campaigns that are open; how many lines."""
    count = 0
    for campaign in models.Campaign.objects.filter(
        closed_on=None, targets__resident_id__in=ids
    ).distinct():
        rows = campaign.targets.filter(resident_id__in=ids).values_list("id", flat=True)
        judge(campaign, sorted(rows), on=on)
        count += len(rows)
    return count


_JUDGED = """
UPDATE campaigns_target t SET need = j.need, vaccine = j.vaccine, dose = j.dose, given = j.given,
    ready_on = j.ready_on, until = j.until, latest_on = j.latest_on, look_on = j.look_on
FROM unnest(%(id)s::bigint[], %(need)s::text[], %(vaccine)s::text[], %(dose)s::int[], %(given)s::int[],
    %(ready_on)s::date[], %(until)s::date[], %(latest_on)s::date[], %(look_on)s::date[])
    AS j(id, need, vaccine, dose, given, ready_on, until, latest_on, look_on)
WHERE t.id = j.id"""


def judge(campaign: models.Campaign, ids: Sequence[int], *, on: date) -> None:
    """Judge some lines of a list by the schedule of a day."""
    rule = rules.rule_of_version(campaign.rule, campaign.rule_version)
    rows = models.Target.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    people = {each.pk: each for each in rows}
    known = {ResidentId(each.resident_id): (each.birth_on, each.sex_code) for each in people.values()}  # fmt: skip
    states = vaccination.courses(
        known, series=rule.series, is_advised_only=rule.is_advised_only, on=on
    )
    lines = [_line(id, states[ResidentId(each.resident_id)], rule, on) for id, each in people.items()]  # fmt: skip
    if not lines:
        return
    names = ("id", "need", "vaccine", "dose", "given", "ready_on", "until", "latest_on", "look_on")
    with connection.cursor() as cursor:
        cursor.execute(_JUDGED, dict(zip(names, map(list, zip(*lines, strict=True)), strict=True)))


def _line(id: int, state: CourseState, rule: CampaignRule, on: date) -> tuple[object, ...]:
    need = rules.need_of(state)
    ready, look = rules.ready_on(rule, state), rules.look_on(rule, state)
    if need is Need.DONE:
        ready = None
    if look is not None and look <= on:
        look = None
    return (
        id,
        need.value,
        state.vaccine,
        state.dose,
        state.given,
        ready,
        state.until,
        state.latest_on,
        look,
    )
