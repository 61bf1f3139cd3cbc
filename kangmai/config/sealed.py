"""The one table of where sealed values and keyed hashes stand that outlive a rotation of keys.

A test walks every model and every call of `kernel.sealing`, and fails where one is not named here.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from kangmai.epidemic.cases import actions as cases
from kangmai.identity import actions as identity
from kangmai.kernel.rehashing import HashedRoom
from kangmai.kernel.resealing import SealedColumn
from kangmai.records import actions as records
from kangmai.registry import actions as registry


def _text(form: str) -> Callable[..., bytes]:
    """A place that is written as text; `form` takes the values of the key and of `besides` in order."""
    return lambda *values: form.format(*values).encode()


def _bytes(name: bytes) -> Callable[[UUID], bytes]:
    """A place that ends in the bytes of an id."""
    return lambda id: name + id.bytes


def _version(rt: int, rid: int, ver: int, seq: int) -> bytes:
    return f"res:{rt}:{rid}".encode()


def _attendee(id: int, order_id: UUID, number_hash: Any) -> bytes:
    return f"attendee:{order_id}:{bytes(number_hash).hex()}".encode()


def _step(id: int, card_id: UUID) -> bytes:
    return b"case step:" + card_id.bytes


def _text_of_death(id: int, certificate_id: UUID) -> bytes:
    return f"deaths.certificate|{certificate_id}".encode()


def _text_of_card(id: int, card_id: UUID) -> bytes:
    return f"monitoring.card|{card_id}".encode()


def _opinion(id: int, review_id: UUID, account: int) -> bytes:
    return f"monitoring.opinion|{review_id}|{account}".encode()


ID, NUMBER, UUIDS = ("id",), ("int8",), ("uuid",)
CONTENT = ("content", "content_key")
SEALED = (
    SealedColumn("identity_resident", ID, NUMBER, "details", "details_key", _text("resident:{}")),
    SealedColumn("identity_correction", ID, UUIDS, *CONTENT, _text("correction:{}")),
    SealedColumn("res", ("rt", "rid"), ("int2", "int8"), "body", "kv", _text("res:{}:{}")),
    SealedColumn(
        "hist",
        ("rt", "rid", "ver", "seq"),
        ("int2", "int8", "int4", "int8"),
        "body",
        "kv",
        _version,
    ),
    SealedColumn("registry_staff", ID, NUMBER, "details", "details_key", _text("staff:{}")),
    SealedColumn("access_account", ID, NUMBER, "totp_secret", "totp_key", _text("totp:{}")),
    SealedColumn(
        "messages_channel_choice",
        ID,
        NUMBER,
        "address",
        "address_key",
        lambda id, account_id, channel: f"channel:{account_id}:{channel}".encode(),
        besides=("account_id", "channel"),
    ),
    SealedColumn("handover_entry", ID, UUIDS, *CONTENT, _bytes(b"handover:")),
    SealedColumn("handover_batch", ID, UUIDS, *CONTENT, _bytes(b"handover batch:")),
    SealedColumn("hl7v2_message", ID, UUIDS, "raw", "raw_key", _text("hl7-message:{}")),
    SealedColumn("cases_card", ID, UUIDS, "details", "details_key", _bytes(b"case:")),
    SealedColumn("cases_step", ID, NUMBER, "before", "before_key", _step, besides=("card_id",)),
    SealedColumn("surveillance_line", ID, UUIDS, *CONTENT, _bytes(b"surveillance:")),
    SealedColumn("surveillance_contact", ID, UUIDS, *CONTENT, _bytes(b"surveillance:")),
    SealedColumn("tracing_person", ID, NUMBER, *CONTENT, _text("tracing.person|{}")),
    SealedColumn("tracing_case", ID, UUIDS, "summary", "summary_key", _text("tracing.case|{}")),
    SealedColumn("tracing_link", ID, UUIDS, "note", "note_key", _text("tracing.link|{}")),
    SealedColumn(
        "tracing_listrow",
        ID,
        NUMBER,
        *CONTENT,
        lambda id, list_id, number: f"tracing.row|{list_id}|{number}".encode(),
        besides=("list_id", "number"),
    ),
    SealedColumn(
        "nucleic_acid_attendee",
        ID,
        NUMBER,
        *CONTENT,
        _attendee,
        besides=("order_id", "number_hash"),
    ),
    SealedColumn(
        "nucleic_acid_hold",
        ID,
        NUMBER,
        "whereabouts",
        "whereabouts_key",
        lambda id, pool_id, person_id: f"hold:{pool_id}:{person_id}".encode(),
        besides=("pool_id", "person_id"),
    ),
    SealedColumn("nucleic_acid_incident", ID, UUIDS, *CONTENT, _text("incident:{}")),
    SealedColumn(
        "venues_person",
        ID,
        NUMBER,
        *CONTENT,
        lambda id, pass_number: f"venues.person|{pass_number}".encode(),
        besides=("pass_number",),
    ),
    SealedColumn(
        "venues_venue",
        ID,
        NUMBER,
        *CONTENT,
        lambda id, key: f"venues.venue|{key}".encode(),
        besides=("key",),
    ),
    SealedColumn("venues_arrival", ID, UUIDS, *CONTENT, _text("venues.arrival|{}")),
    SealedColumn("venues_lookup", ID, UUIDS, *CONTENT, _text("venues.lookup|{}")),
    SealedColumn("venues_decision", ID, UUIDS, *CONTENT, _text("venues.decision|{}")),
    SealedColumn("venues_appeal", ID, UUIDS, *CONTENT, _text("venues.appeal|{}")),
    SealedColumn(
        "vaccination_aefi", ID, UUIDS, "narrative", "narrative_key", _text("vaccination.aefi|{}")
    ),
    SealedColumn("deaths_certificate", ID, UUIDS, *CONTENT, _text("deaths.certificate|{}")),
    SealedColumn(
        "deaths_step",
        ID,
        NUMBER,
        "before",
        "before_key",
        _text_of_death,
        besides=("certificate_id",),
    ),
    SealedColumn("monitoring_card", ID, UUIDS, *CONTENT, _text("monitoring.card|{}")),
    SealedColumn(
        "monitoring_step", ID, NUMBER, "before", "before_key", _text_of_card, besides=("card_id",)
    ),
    SealedColumn("monitoring_review", ID, UUIDS, *CONTENT, _text("monitoring.review|{}")),
    SealedColumn(
        "monitoring_opinion", ID, NUMBER, *CONTENT, _opinion, besides=("review_id", "account")
    ),
    SealedColumn("births_certificate", ID, UUIDS, *CONTENT, _text("births.certificate|{}")),
    SealedColumn("tasks_task", ID, UUIDS, "remark", "remark_key", _text("tasks.task|{}")),
    SealedColumn("activities_photo", ID, UUIDS, *CONTENT, _text("activities.photo|{}")),
    SealedColumn("tasks_photo", ID, UUIDS, *CONTENT, _text("tasks.photo|{}")),
)
"""Every column that is sealed anew when the seal key is rotated."""

LEFT_SEALED = {
    ("forms_draft", "sealed_key"): "drafts are gone within days; the old key stays in the keyring",
}
"""Columns that keep their old seal key, and why. Passwords between two pages and the files of bulk exports
have no column: they are gone within minutes or days."""

HASHED = (
    HashedRoom(
        "identity",
        ("document", "identity-key", "identity-value", "witness"),
        identity.rehash,
    ),
    HashedRoom("records", ("search",), records.rehash),
    HashedRoom("registry", ("staff-identity", "staff-phone"), registry.rehash),
    HashedRoom("cases", ("case document", "case person"), cases.rehash),
)
"""What is hashed anew when the blind key is rotated: whatever people are found by for good."""

LEFT_HASHED = {
    "identity-lock": "stored nowhere: the names of locks",
    "forms.key": "stored nowhere: the names of locks",
    "forms.occasion": "stored nowhere: the names of locks",
    "forms.content": "tells a repeated form from another for as long as a form is open",
    "handover content": "tells an unchanged row from a changed one; opens nothing",
    "handover match": "finds the row of a receipt, days after it was sent",
    "vaccination content": "tells a repeated form from another for as long as a form is open",
    "tube": "tells a repeated upload from another while an order runs",
    "box": "tells a repeated upload from another while an order runs",
    "attendee": "is part of what a sealed row is bound to; erased with its order",
    "venues.document": "finds a pass while an order runs; erased with it",
    "tracing.": "finds a person of a tracing case; erased with it",
}
"""Purposes that keep their first blind key, and why; a name that ends in a point stands for all it begins."""
