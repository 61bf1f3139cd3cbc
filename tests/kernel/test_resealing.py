"""Rotation of seal keys: everything is under the new key, goes on after a cut, and harms no writer."""

import shutil
from dataclasses import replace

import orjson
import pytest
from django.conf import settings
from django.test import override_settings

from kangmai.config.sealed import SEALED
from kangmai.identity import actions as residents
from kangmai.identity import queries as index
from kangmai.identity.models import Resident
from kangmai.kernel import resealing, sealing
from kangmai.kernel.actor import NotPermitted
from kangmai.records import queries as record
from tests.factories.actors import actor
from tests.factories.people import AT, LI, OPERATOR, register

BY_TABLE = {each.table: each for each in SEALED}


class Cut(Exception):
    """The process ended here."""


@pytest.fixture
def keys(database, tmp_path):
    """A copy of the tests' keyring, which this test may change."""
    path = tmp_path / "keyring.json"
    shutil.copy(settings.KEYS, path)
    with override_settings(KEYS=path):
        yield path


def rotate(path, report=lambda table, count: None, by=OPERATOR):
    return resealing.rotate(SEALED, path=path, report=report, actor=by, at=AT)


def test_everything_is_sealed_anew_and_reads_as_before(keys):
    made = register(LI)
    residents.correct_resident(
        made.id, replace(LI, address="新街9号"), expected_version=1, actor=OPERATOR, at=AT
    )
    body = record.get("Patient", made.patient_id, actor=OPERATOR, at=AT).body
    first = record.get_version("Patient", made.patient_id, 1, actor=OPERATOR, at=AT).body
    before = sealing.keyring()
    done = rotate(keys)
    now = sealing.keyring()
    assert (done.version, done.is_continued) == (before.current + 1, False)
    assert now.seal_keys.keys() == {*before.seal_keys, done.version}
    assert (now.blind_keys, now.signing_seed) == (before.blind_keys, before.signing_seed)
    assert {each.table: each.done for each in done.columns if each.done} == {
        "identity_resident": 1,
        "res": 1,
        "hist": 1,
    }
    assert [each.left for each in done.columns] == [0] * len(SEALED)
    assert set(Resident.objects.values_list("details_key", flat=True)) == {done.version}
    assert index.get_resident(made.id, actor=OPERATOR, at=AT).demographics.address == "新街9号"
    assert orjson.loads(
        record.get("Patient", made.patient_id, actor=OPERATOR, at=AT).body
    ) == orjson.loads(body)
    assert record.get_version("Patient", made.patient_id, 1, actor=OPERATOR, at=AT).body == first
    assert [each.id for each in index.search_residents(LI.phones[0], actor=OPERATOR, at=AT)] == [
        made.id
    ]


def test_goes_on_where_it_was_cut_off(keys, monkeypatch):
    monkeypatch.setattr(resealing, "BATCH_ROWS", 2)
    names = "甲乙丙丁戊"
    for n, letter in enumerate(names):
        register(replace(LI, name=f"{letter}{letter}", documents=(), phones=(f"1390000000{n}",), mother="", address=f"{n}号"))  # fmt: skip

    def cut(table: str, count: int) -> None:
        if table == "res" and count == 4:
            raise Cut

    with pytest.raises(Cut):
        rotate(keys, report=cut)
    version = sealing.keyring().current
    assert resealing.count_older(BY_TABLE["identity_resident"]) == 0
    assert resealing.count_older(BY_TABLE["res"]) == 1
    done = rotate(keys)
    assert (done.version, done.is_continued) == (version, True)
    assert {each.table: each.done for each in done.columns if each.done} == {"res": 1}
    assert sealing.keyring().current == version
    assert rotate(keys).version == version + 1


def test_another_process_learns_of_the_new_key(keys):
    stale, text = sealing.keyring(), keys.read_text()
    sealing.add_seal_key(keys)
    version, sealed = sealing.seal(b"plain", bound_to=b"here")
    assert version == stale.current + 1
    added = keys.read_text()
    keys.write_text(text)
    assert sealing.keyring() == stale  # what a process that read it before still has
    keys.write_text(added)
    assert sealing.unseal(version, sealed, bound_to=b"here") == b"plain"
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(99, sealed, bound_to=b"here")
    assert keys.stat().st_mode & 0o777 == 0o600


def test_a_broken_value_stops_it_and_keys_need_the_right(keys):
    register(LI)
    Resident.objects.update(details=b"x" * 40)
    with pytest.raises(sealing.SealBroken):
        rotate(keys)
    assert bytes(Resident.objects.get().details) == b"x" * 40
    before = keys.read_bytes()
    with pytest.raises(NotPermitted):
        rotate(keys, by=actor(places=("441202",)))
    assert keys.read_bytes() == before
