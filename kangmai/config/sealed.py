"""The one table of where sealed values stand that outlive a year, and what each is bound to.

Left out are drafts of forms, passwords between two pages and files of bulk export: they are gone within
days. A table that seals and is missing here keeps its old key, which therefore stays in the keyring.
"""

from uuid import UUID

from kangmai.kernel.resealing import SealedColumn


def _resident(id: int) -> bytes:
    return f"resident:{id}".encode()


def _resource(rt: int, rid: int) -> bytes:
    return f"res:{rt}:{rid}".encode()


def _version(rt: int, rid: int, ver: int, seq: int) -> bytes:
    return _resource(rt, rid)


def _staff(id: int) -> bytes:
    return f"staff:{id}".encode()


def _account(id: int) -> bytes:
    return f"totp:{id}".encode()


def _handover_row(id: UUID) -> bytes:
    return b"handover:" + id.bytes


def _handover_file(id: UUID) -> bytes:
    return b"handover batch:" + id.bytes


SEALED = (
    SealedColumn("identity_resident", ("id",), ("int8",), "details", "details_key", _resident),
    SealedColumn("res", ("rt", "rid"), ("int2", "int8"), "body", "kv", _resource),
    SealedColumn(
        "hist",
        ("rt", "rid", "ver", "seq"),
        ("int2", "int8", "int4", "int8"),
        "body",
        "kv",
        _version,
    ),
    SealedColumn("registry_staff", ("id",), ("int8",), "details", "details_key", _staff),
    SealedColumn("access_account", ("id",), ("int8",), "totp_secret", "totp_key", _account),
    SealedColumn("handover_entry", ("id",), ("uuid",), "content", "content_key", _handover_row),
    SealedColumn("handover_batch", ("id",), ("uuid",), "content", "content_key", _handover_file),
)
