"""Keyed hashes by which a record finds its candidates, and the locks of simultaneous arrivals.

The table `identity_key` has about six rows a resident: phone, sound of the name with birth year, with
month and day, and with town, birth with town, birth with mother. Numbers are found in `identity_document`.
"""

from collections.abc import Iterable, Sequence

import psycopg
from django.db import connection

from kangmai.identity import rules
from kangmai.identity.details import document_hash, document_hashes
from kangmai.identity.index.people import person_of, ready, variants, witness_of
from kangmai.identity.matching.rules import asking_keys, features, index_keys
from kangmai.identity.types import Demographics, IdentityDocument, Witness
from kangmai.kernel import sealing

KEYS = "identity-key"
"""The purpose of the hashes of keys."""


def keys_of(witness: Witness) -> list[int]:
    """The keys of a record under all its names and phones, sorted."""
    hashed = sealing.blinder(KEYS)
    texts = {text for each in variants(witness) for text in index_keys(features(each))}
    return sorted(map(hashed, texts))


def keys_to_ask(witness: Witness) -> list[int]:
    """The keys under which the candidates of a record are asked for: its own and some more, sorted."""
    texts = {text for each in variants(witness) for text in asking_keys(ready(each))}
    return _all_hashed(texts)


def every_key_of(witness: Witness) -> list[int]:
    """The keys under which a record may stand: those of `keys_of`, and of an older key that is in use."""
    return _all_hashed({text for each in variants(witness) for text in index_keys(ready(each))})


def _all_hashed(texts: Iterable[str]) -> list[int]:
    return sorted(hashed(text) for hashed in sealing.blinders(KEYS) for text in texts)


def numbers_of(known: Demographics) -> list[IdentityDocument]:
    """A record's documents with a number for life."""
    return [each for each in known.documents if each.kind_code in rules.NUMBERED_KINDS]


def number_hashes(known: Demographics) -> list[bytes]:
    """The hashes under which a record's numbers for life may stand."""
    return sorted(found for each in numbers_of(known) for found in document_hashes(each))


def put_keys(resident_id: int, known: Demographics) -> None:
    """Let a resident be found by what is known of him."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_key (key, resident_id) SELECT unnest(%s::int8[]), %s",
            [keys_of(witness_of(known)), resident_id],
        )


def change_keys(resident_id: int, *, before: Demographics, after: Demographics) -> None:
    """Let a resident be found by what is known of him now, and no longer by what was."""
    gone, new = set(keys_of(witness_of(before))), set(keys_of(witness_of(after)))
    if sealing.is_renewing(KEYS):  # under which key the old ones stand, nobody knows
        gone, kept = set(every_key_of(witness_of(before))), set()
    else:
        kept = gone & new
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM identity_key WHERE key = ANY(%s::int8[]) AND resident_id = %s",
            [sorted(gone - kept), resident_id],
        )
        cursor.execute(
            "INSERT INTO identity_key (key, resident_id) SELECT unnest(%s::int8[]), %s",
            [sorted(new - kept), resident_id],
        )


def load_keys(database: psycopg.Cursor, people: Iterable[tuple[int, Demographics]]) -> None:
    """Append the keys of many new residents, in the order of the index."""
    rows = sorted((key, id) for id, known in people for key in keys_of(witness_of(known)))
    with database.copy("COPY identity_key (key, resident_id) FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(("int8", "int8"))
        for row in rows:
            copy.write_row(row)


def lock_people(witnesses: Sequence[Witness]) -> None:
    """Wait for others who decide about the same people, until the end of the transaction.

    All locks are taken in one order, so that no two callers wait for each other.
    """
    wanted = sorted({lock for each in witnesses for lock in _locks_of(each)})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::int8[]) AS wanted(key)", [wanted]
        )


def _locks_of(witness: Witness) -> list[int]:
    locks = _short(number_hashes(witness.known))
    said = features(person_of(witness))
    name = said.name.folded or f"{said.surname} {said.given_name}".strip()
    if name or said.is_newborn:
        text = f"{name}|{said.mother.folded}|{said.birth}"
        locks.append(sealing.blinder("identity-lock")(text))
    return locks


def put_waiting(people: Sequence[tuple[int, Witness]]) -> None:
    """Let Patients that wait be found when a resident comes who may be the one."""
    drop_waiting([rid for rid, _ in people])
    rows = [(key, rid) for rid, witness in people for key in _waiting_keys(witness)]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO identity_waiting_key (key, patient_rid)
               SELECT * FROM unnest(%s::int8[], %s::int8[])""",
            [[key for key, _ in rows], [rid for _, rid in rows]],
        )


def drop_waiting(patients: Sequence[int]) -> None:
    """Forget the keys of Patients that wait no longer."""
    if not patients:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM identity_waiting_key WHERE patient_rid = ANY(%s::int8[])", [list(patients)]
        )


def waiting_for(known: Demographics) -> list[int]:
    """Row ids of the Patients that wait and share a key or a number with a resident."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT patient_rid FROM identity_waiting_key WHERE key = ANY(%s::int8[]) ORDER BY 1",
            [[*keys_to_ask(witness_of(known)), *_short(number_hashes(known))]],
        )
        return [rid for (rid,) in cursor.fetchall()]


def _waiting_keys(witness: Witness) -> list[int]:
    return [*keys_of(witness), *_short(map(document_hash, numbers_of(witness.known)))]


def _short(hashes: Iterable[bytes]) -> list[int]:
    return [int.from_bytes(each[:8], signed=True) for each in hashes]
