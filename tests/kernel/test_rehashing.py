"""Rotation of blind keys: everything is found before, during and after, also when the process is killed."""

import ast
import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db import models as fields
from django.test import override_settings

import kangmai
from kangmai.config.sealed import HASHED, LEFT_HASHED, LEFT_SEALED, SEALED
from kangmai.identity import actions as residents
from kangmai.identity import queries as index
from kangmai.identity.errors import DocumentTaken
from kangmai.identity.index.candidates import find
from kangmai.identity.index.keys import keys_of
from kangmai.identity.index.people import witness_of
from kangmai.identity.matching.types import Decision
from kangmai.identity.models import Link
from kangmai.kernel import feed, rehashing, sealing
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.health.keys import keyring
from kangmai.records import queries as record
from tests.factories.actors import actor
from tests.factories.people import AT, HERE, LI, OPERATOR, links, patient_saying, register, send
from tests.operations.house import command, environment

PACKAGE = Path(kangmai.__file__).parent
PURPOSES = {purpose for room in HASHED for purpose in room.purposes}
WAITS = replace(LI, name="周海燕", sex_code="2", documents=(), phones=("13700000001",), mother="")


@pytest.fixture
def keys(database, tmp_path):
    """A copy of the tests' keyring, which this test may change."""
    path = tmp_path / "keyring.json"
    shutil.copy(settings.KEYS, path)
    with override_settings(KEYS=path):
        yield path


def rotate(path, *, pause=lambda: None, report=lambda room, count: None, rows=1, by=OPERATOR):
    return rehashing.rotate_hashes(
        HASHED, path=path, pause=pause, rows=rows, report=report, actor=by, at=AT
    )


def city() -> int:
    """Somebody with a linked Patient, and a Patient that waits; returns the resident."""
    made = register(LI)
    send(patient_saying(replace(LI, address="")), patient_saying(WAITS))
    feed.drain()
    residents.count_frequencies(at=AT)
    return made.id


def assert_found(resident: int, known=LI) -> None:
    """He is found by name, number and phone, by whoever arrives, and is nobody new."""
    for text in (known.name, known.phones[0], known.documents[0].number):
        rows = index.search_residents(text, actor=OPERATOR, at=AT)
        assert [each.id for each in rows] == [resident], text
    for says in (replace(known, phones=(), address="", mother=""), replace(known, documents=())):
        found = find(witness_of(says), at=AT)
        assert (found.decision, found.root) == (Decision.LINK, resident)
    number = known.documents[0].number
    assert index.residents_with_cards([number]) == {number: resident}
    waiting = record.search("Patient", "phone=13700000001", actor=OPERATOR, at=AT)
    assert len(waiting.matches) == 1
    with pytest.raises(DocumentTaken):
        register(replace(known, name="别人", phones=(), mother="", address="别处"))


def health() -> list:
    return list(keyring(AT))


def hashes() -> list[tuple]:
    """Every row that a keyed hash is written in, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT 'key', key::text, resident_id FROM identity_key
               UNION ALL SELECT 'waiting', key::text, patient_rid FROM identity_waiting_key
               UNION ALL SELECT 'document', number_hash::text, resident_id FROM identity_document
               UNION ALL SELECT 'link', coalesce(number_hash::text, '') || digest::text, patient_rid FROM identity_link
               UNION ALL SELECT 'tok', h::text || '/' || sys, rid FROM tok ORDER BY 1, 3, 2"""
        )
        return cursor.fetchall()


def test_everybody_is_found_before_during_and_after(keys):
    resident = city()
    before, told = hashes(), []
    assert_found(resident)

    def look(*progress: object) -> None:
        assert_found(resident)
        told.append((progress, sealing.keyring().live("search")))

    done = rotate(keys, pause=look, report=look)
    assert (done.version, done.is_continued) == (2, False)
    assert [live for progress, live in told if not progress] == [(1, 2), (2, 1)]
    assert {live for progress, live in told if progress} == {(2, 1)}
    assert_found(resident)
    after = hashes()
    assert [(kind, id) for kind, _, id in after] == [(kind, id) for kind, _, id in before]
    for kind in ("key", "waiting", "document", "link"):
        assert not {row for row in before if row[0] == kind} & set(after)
    assert {sealing.keyring().live(each) for each in PURPOSES} == {(2,)}
    assert {sealing.keyring().live(each) for each in LEFT_HASHED} == {(1,)}
    assert record.sample_index(count=100, actor=OPERATOR).faults == ()


def test_what_is_written_meanwhile_is_found_and_leaves_no_trace(keys):
    resident = city()
    now = replace(LI, name="李思源", phones=("13822223333",), address="新街9号", mother="")

    def write(room: str = "", count: int = 0) -> None:
        if room == "records" and count == 1:
            version = index.get_resident(resident, actor=OPERATOR, at=AT).version
            residents.correct_resident(
                resident, now, expected_version=version, actor=OPERATOR, at=AT
            )
            send(patient_saying(replace(now, documents=LI.documents)))
            feed.drain()

    rotate(keys, report=write)
    assert_found(resident, now)
    assert feed.dead_letters() == []
    held = [int(key) for kind, key, id in hashes() if (kind, id) == ("key", resident)]
    known = index.get_resident(resident, actor=OPERATOR, at=AT).demographics
    assert sorted(held) == keys_of(witness_of(known))
    assert record.sample_index(count=100, actor=OPERATOR).faults == ()
    assert [state for state, _, _ in links().values()].count("linked") == 2
    assert Link.objects.filter(state="linked").values("number_hash").distinct().count() == 1


def test_killed_in_the_middle_it_is_finished_by_running_it_again(keys, database):
    resident = city()
    for n in range(6):
        register(replace(LI, name=f"甲{'乙丙丁戊己庚'[n]}", documents=(), phones=(f"1390000000{n}",), mother="", address=f"{n}号", place_code=HERE))  # fmt: skip
    before = hashes()
    line = command("identity", "rotate-keys", "--hashes", "--pause", 0, "--rows", 1)
    given = environment(DATABASE_URL=database, KANGMAI_KEYS=str(keys))
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True, env=given) as process:
        for told in process.stderr:
            if told.startswith("identity: 4"):
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    assert sealing.keyring().live("document") == (2, 1)
    assert_found(resident)
    assert len(hashes()) == len(before)
    again = subprocess.run(line, capture_output=True, text=True, env=given, check=True)
    answer = json.loads(again.stdout)
    assert (answer["version"], answer["continued"]) == (2, True)
    assert answer["rehashed"]["identity"] == 7 + 2  # the four that were done are not done again
    assert not again.stderr.startswith("identity: 1\n")
    assert sealing.keyring().live("document") == (2,)
    assert_found(resident)
    assert len(hashes()) == len(before)
    assert rotate(keys).version == 3
    assert_found(resident)


def test_database_from_an_older_backup_is_brought_up(keys):
    resident = city()
    newer = sealing.add_blind_key(keys)
    sealing.set_live(keys, dict.fromkeys(PURPOSES, (newer,)))  # rotated after the backup was made
    assert index.search_residents(LI.name, actor=OPERATOR, at=AT) == []
    assert rehashing.stands_under() == 1
    assert [each.state.value for each in health() if each.id == "keys.hashes"] == ["fail"]
    done = rotate(keys)
    assert (done.version, done.is_continued) == (newer, True)
    assert rehashing.stands_under() == newer
    assert [each.state.value for each in health() if each.id == "keys.hashes"] == ["ok"]
    assert_found(resident)


def test_keys_need_the_right(keys):
    before = keys.read_bytes()
    with pytest.raises(NotPermitted):
        rotate(keys, by=actor(places=("441202",)))
    assert keys.read_bytes() == before


def test_every_sealed_column_is_named():
    named = {(each.table, each.version) for each in SEALED} | LEFT_SEALED.keys()
    found = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, fields.PositiveSmallIntegerField) and field.name.endswith("_key")
    }
    assert found - named == set()
    assert {table for table, _ in named} - {table for table, _ in found} == {"res", "hist"}


def purposes(tree: ast.Module) -> Iterator[str]:
    """The purposes of the keyed hashes that a module makes; of an f-string its beginning."""
    known = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""  # fmt: skip
        if name not in ("blind", "blinds", "blinder", "blinders", "is_renewing"):
            continue
        told = [each.value for each in node.keywords if each.arg == "purpose"]
        said = told[0] if told else node.args[0]
        if isinstance(said, ast.JoinedStr):
            said = said.values[0]
        yield said.value if isinstance(said, ast.Constant) else known.get(said.id, "imported")


def test_every_purpose_of_a_keyed_hash_is_named():
    found = {
        purpose
        for path in PACKAGE.rglob("*.py")
        if path != PACKAGE / "kernel/sealing.py" and b"sealing" in path.read_bytes()
        for purpose in purposes(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found - {"imported"} == PURPOSES | LEFT_HASHED.keys()
