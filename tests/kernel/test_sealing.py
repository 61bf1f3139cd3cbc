"""Sealed values open only at their place; keyed hashes find them."""

import pytest
from django.test import override_settings

from kangmai.kernel import sealing


@pytest.fixture(params=["international", "national"])
def suite(request, tmp_path):
    path = tmp_path / "keyring.json"
    sealing.make_keyring(path, suite=request.param)
    with override_settings(KEYS=path):
        yield request.param


def test_sealed_value_opens_at_its_place(suite):
    version, sealed = sealing.seal("李丽".encode(), bound_to=b"1:42")
    assert b"\xe6\x9d\x8e" not in sealed
    assert sealing.unseal(version, sealed, bound_to=b"1:42").decode() == "李丽"


def test_sealed_value_does_not_open_elsewhere_or_altered(suite):
    version, sealed = sealing.seal(b"x" * 40, bound_to=b"1:42")
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(version, sealed, bound_to=b"1:43")
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(version, sealed[:-1] + bytes([sealed[-1] ^ 1]), bound_to=b"1:42")
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(9, sealed, bound_to=b"1:42")


def test_blind_hashes_depend_on_purpose_and_key(suite, tmp_path):
    first = sealing.blind("13900000001", purpose="phone")
    assert first == sealing.blind("13900000001", purpose="phone")
    assert first != sealing.blind("13900000001", purpose="identifier")
    other = tmp_path / "other.json"
    sealing.make_keyring(other, suite=suite)
    with override_settings(KEYS=other):
        assert first != sealing.blind("13900000001", purpose="phone")


def test_keyring_is_private_and_never_overwritten(tmp_path):
    path = tmp_path / "keyring.json"
    sealing.make_keyring(path)
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    with pytest.raises(sealing.KeyringExists):
        sealing.make_keyring(path)
    assert path.read_bytes() == before


def test_missing_keyring_says_what_to_do(tmp_path):
    with (
        override_settings(KEYS=tmp_path / "none.json"),
        pytest.raises(sealing.KeyringMissing) as error,
    ):
        sealing.blind("x", purpose="phone")
    assert "backups" in str(error.value)
