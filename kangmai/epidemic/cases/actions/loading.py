"""Load finished cards in bulk, for an installation that begins with a history: one COPY a table."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start
from kangmai.epidemic.cases import clocks, events, handing_over, models
from kangmai.epidemic.cases.contents import put
from kangmai.epidemic.cases.diseases import disease, top
from kangmai.epidemic.cases.types import Content, Deed, State
from kangmai.handover import actions as handover
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, Label, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

LOAD = "cases.load"
COLUMNS = (
    "id", "serial", "state", "disease", "subtype", "label", "resident_id", "patient_rid", "document_hash",
    "name_hash", "details", "details_key",
    "sex_code", "birth_date", "age_years", "occupation", "belongs_to", "home_code", "report_code",
    "managing_code", "organization", "account", "case_class", "acute_chronic", "severity",
    "contacts_with_symptoms", "origin", "onset_on", "diagnosed_at", "diagnosed_on", "died_on", "place_id",
    "place_state", "drafted_at", "submitted_at", "reported_on", "county_reviewed_at", "final_reviewed_at",
    "final_reviewed_on", "clock", "reason", "version", "updated_at",
)  # fmt: skip
BATCH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDraft:
    """A finished card to load. Reviewed where the times are given, received above where there is a receipt."""

    content: Content
    organization: int
    report_code: str
    submitted_at: datetime
    resident_id: int | None = None
    patient_rid: int | None = None
    county_reviewed_at: datetime | None = None
    final_reviewed_at: datetime | None = None
    received_at: datetime | None = None
    receipt_number: str = ""
    place_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Pair:
    row: models.Card
    draft: CardDraft


def load_cards(
    drafts: Sequence[CardDraft],
    *,
    clocked_from: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> tuple[UUID, ...]:
    """Write finished cards as they stand, without events; returns their ids in order.

    Args:
        clocked_from: cards diagnosed then or later have their history, their clocks, and their row in the
            ledger of handover; earlier ones, and all where None, are counted and nothing more.

    Raises:
        NotPermitted, UnknownDisease.
    """
    require(actor, LOAD)
    with transaction.atomic():
        pairs = list(
            map(_Pair, map(_row, drafts, _serials(len(drafts)), [at] * len(drafts)), drafts)
        )
        followed = [each for each in pairs if clocked_from and _diagnosed(each) >= clocked_from]
        for each in followed:
            each.row.clock = clocks.legal_clock(each.row)
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for each in pairs:
                copy.write_row([getattr(each.row, name) for name in COLUMNS])
        _follow(followed, actor, at)
        with unit_of_work() as database:
            audit.record(
                database,
                actor=actor,
                at=at,
                action=events.LOADED,
                object_type="CaseCard",
                object_id="",
                details={"count": len(pairs)},
            )
    return tuple(each.row.id for each in pairs)


_COPY = f"COPY cases_card ({', '.join(COLUMNS)}) FROM STDIN"


def _serials(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('cases_card_serial') FROM generate_series(1, %s::int8)", [count]
        )
        return [serial for (serial,) in cursor.fetchall()]


def _row(each: CardDraft, serial: int, at: datetime) -> models.Card:
    said = each.content
    assert said.diagnosed_at is not None
    on = legal_day(said.diagnosed_at)
    known = disease(said.disease, on=on)
    final = each.final_reviewed_at
    row = models.Card(
        id=uuid7(),
        serial=serial,
        state=_state(each).value,
        disease=top(known.code),
        subtype=known.code,
        label=int(known.label),
        resident_id=each.resident_id,
        patient_rid=each.patient_rid,
        report_code=each.report_code,
        managing_code=each.report_code[:6],
        organization=each.organization,
        account=0,
        diagnosed_on=on,
        place_id=each.place_id,
        place_state="confirmed" if each.place_id else "",
        drafted_at=said.diagnosed_at,
        submitted_at=each.submitted_at,
        reported_on=legal_day(each.submitted_at),
        county_reviewed_at=each.county_reviewed_at,
        final_reviewed_at=final,
        final_reviewed_on=legal_day(final) if final else None,
        updated_at=at,
    )
    put(row, said)
    return row


def _state(each: CardDraft) -> State:
    if each.final_reviewed_at:
        return State.FINAL_REVIEWED
    return State.COUNTY_REVIEWED if each.county_reviewed_at else State.SUBMITTED


def _diagnosed(each: _Pair) -> datetime:
    assert each.row.diagnosed_at is not None
    return each.row.diagnosed_at


def _follow(pairs: Sequence[_Pair], actor: Actor, at: datetime) -> None:
    """History, ledger and clocks of cards, each as if it had been written on its day."""
    models.Step.objects.bulk_create(
        [step for each in pairs for step in _steps(each)], batch_size=BATCH
    )
    organizations = {each.row.organization for each in pairs}
    names = registry.names_by_id(ids=organizations)
    entries = handover.load(
        handing_over.SYSTEM,
        [_ledger_row(each, names) for each in pairs],
        actor=actor,
        at=at,
    )
    above = registry.overseers(organization_ids=organizations, kinds=["cdc"])
    started = [
        one
        for each, entry in zip(pairs, entries, strict=True)
        for one in _deadlines(each, entry, above)
    ]
    deadlines.load(started, actor=actor, at=at)


def _steps(each: _Pair) -> Iterator[models.Step]:
    draft = each.draft
    deeds = (
        (Deed.DIAGNOSED, draft.content.diagnosed_at, draft.organization),
        (Deed.SUBMITTED, draft.submitted_at, draft.organization),
        (Deed.REVIEWED, draft.county_reviewed_at, None),
        (Deed.FINAL_REVIEWED, draft.final_reviewed_at, None),
    )
    for deed, when, organization in deeds:
        if when is not None:
            yield models.Step(
                card=each.row, at=when, account=0, organization=organization, deed=deed.value
            )


def _ledger_row(each: _Pair, names: Mapping[int, str]) -> handover.Loaded:
    return handover.Loaded(
        handing_over.row_of(each.row, each.draft.content, names),
        each.draft.submitted_at,
        each.draft.received_at,
        each.draft.receipt_number,
    )


def _deadlines(
    each: _Pair, entry: str, above: Mapping[tuple[int, str, str], int]
) -> Collection[deadlines.Loaded]:
    """The legal limit, met by the receipt, and the county's review, met by its deed."""
    row, draft = each.row, each.draft
    county = above.get((row.organization, "county", "cdc"), row.organization)
    reviewed = draft.county_reviewed_at
    return (
        _clock(row, row.clock, row.organization, _diagnosed(each), draft.received_at, "handover", entry),
        _clock(row, clocks.review_clock(row), county, draft.submitted_at, reviewed, "account", "0"),
    )  # fmt: skip


def _clock(
    row: models.Card,
    definition: str,
    owner: int,
    started_at: datetime,
    met_at: datetime | None,
    proof_kind: str,
    proof_id: str,
) -> deadlines.Loaded:
    about = clocks.subject(row)
    start = Start(
        definition=definition,
        subject=about,
        started_at=started_at,
        owner_org=owner,
        place_code=row.report_code,
        resident=ResidentId(row.resident_id) if row.resident_id is not None else None,
        label=Label(row.label),
    )
    met = Met(definition, about, met_at, proof_kind, proof_id) if met_at else None
    return deadlines.Loaded(start, met)
