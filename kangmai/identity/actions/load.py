"""Bulk registration of residents that are known to be distinct (an invented city, a migrated register), by COPY."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from django.db import connection, transaction

from kangmai.identity import rules
from kangmai.identity.details import document_hash, seal_details
from kangmai.identity.fhir import to_fhir
from kangmai.identity.index.keys import load_keys
from kangmai.identity.types import Demographics
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId, ResourceRowId
from kangmai.records import actions as records
from kangmai.records.types import Flag
from kangmai.standards.pinyin import initials

_COLUMNS = """id, index_number, birth_date, sex_code, place_code, managing_org, household_id, record_number,
    patient_id, patient_rid, initials, details, details_key, deceased_on, moved_out_on, is_invented, version,
    updated_at"""
_TYPES = (
    "int8", "varchar", "date", "varchar", "varchar", "int8", "int8", "varchar", "varchar", "int8", "varchar",
    "bytea", "int2", "date", "date", "bool", "int4", "timestamptz",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResidentDraft:
    """A resident to be loaded; `patient_id` becomes the FHIR id of the home Patient.

    `id` is one of `reserve_residents`; the next free one where absent.
    """

    patient_id: str
    demographics: Demographics
    managing_org: int | None = None
    household_id: int | None = None
    record_number: str | None = None
    deceased_on: object = None
    moved_out_on: object = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class LoadedResident:
    """A resident that was loaded, with the row id of the home Patient."""

    id: ResidentId
    patient_rid: ResourceRowId


def reserve_residents(count: int, *, actor: Actor) -> int:
    """Set `count` consecutive resident ids apart and return the first, so that several may load at once.

    Raises:
        NotPermitted
    """
    require(actor, "identity.write")
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH first AS (SELECT nextval(pg_get_serial_sequence('identity_resident', 'id')) AS id)
               SELECT id, setval(pg_get_serial_sequence('identity_resident', 'id'), id + %s) FROM first""",
            [max(count - 1, 0)],
        )
        return cursor.fetchone()[0]


def load_residents(
    drafts: Sequence[ResidentDraft], *, is_invented: bool, actor: Actor, at: datetime
) -> list[LoadedResident]:
    """Register many residents in one transaction; the caller vouches that they are valid and new.

    Raises:
        NotPermitted
    """
    require(actor, "identity.write")
    with transaction.atomic():
        ids = _ids(drafts)
        patients = [_patient(id, draft, is_invented) for id, draft in zip(ids, drafts, strict=True)]
        rids = records.load(patients, flag=Flag.PROJECTION, actor=actor, at=at)
        rows = list(zip(ids, rids, drafts, strict=True))
        _copy(rows, is_invented, at)
        audit.record(
            connection.connection,
            actor=actor,
            at=at,
            action="identity.load",
            object_type="Resident",
            object_id="",
            details={"created": len(rows)},
        )
    return [LoadedResident(ResidentId(id), rid) for id, rid in zip(ids, rids, strict=True)]


def _ids(drafts: Sequence[ResidentDraft]) -> list[int]:
    """The id of each draft, or new ones where a draft has none."""
    missing = sum(draft.id is None for draft in drafts)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('identity_resident', 'id')) FROM generate_series(1, %s)",
            [missing],
        )
        fresh = iter(cursor.fetchall())
    return [next(fresh)[0] if draft.id is None else draft.id for draft in drafts]


def _patient(id: int, draft: ResidentDraft, is_invented: bool) -> dict:
    return to_fhir(
        draft.demographics,
        patient_id=draft.patient_id,
        index_number=rules.index_number(id),
        record_number=draft.record_number,
        deceased_on=draft.deceased_on,  # type: ignore[arg-type]
        is_invented=is_invented,
    )


def _copy(rows: Sequence[tuple[int, int, ResidentDraft]], is_invented: bool, at: datetime) -> None:
    with psycopg.Cursor(connection.connection) as cursor:
        with cursor.copy(f"COPY identity_resident ({_COLUMNS}) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(_TYPES)
            for id, rid, draft in rows:
                copy.write_row(_resident(id, rid, draft, is_invented, at))
        with cursor.copy(
            "COPY identity_document (resident_id, kind_code, number_hash) FROM STDIN (FORMAT binary)"
        ) as copy:
            copy.set_types(("int8", "varchar", "bytea"))
            for id, _, draft in rows:
                for document in draft.demographics.documents:
                    copy.write_row((id, document.kind_code, document_hash(document)))
        load_keys(cursor, ((id, draft.demographics) for id, _, draft in rows))
    records.place_subjects(
        [(rid, id, d.demographics.place_code, d.managing_org) for id, rid, d in rows]
    )


def _resident(id: int, rid: int, draft: ResidentDraft, is_invented: bool, at: datetime) -> tuple:
    known = draft.demographics
    version, sealed = seal_details(id, known)
    return (
        id, rules.index_number(id), known.birth_date, known.sex_code, known.place_code, draft.managing_org,
        draft.household_id, draft.record_number, draft.patient_id, rid, initials(known.name)[:16], sealed,
        version, draft.deceased_on, draft.moved_out_on, is_invented, 1, at,
    )  # fmt: skip
