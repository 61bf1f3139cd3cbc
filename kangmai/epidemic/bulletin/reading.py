"""A sheet as frozen, and back: plain JSON whose order never changes."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kangmai.epidemic.bulletin import models, rules
from kangmai.epidemic.bulletin.types import (
    Bulletin,
    Correction,
    Line,
    Release,
    Sheet,
    Signer,
    State,
    Value,
    Why,
)
from kangmai.kernel.ids import AccountId

LANGUAGES = ("zh", "en")


def frozen(sheet: Sheet) -> dict[str, Any]:
    """A sheet as JSON."""
    return {
        "order": str(sheet.order),
        "number": sheet.number,
        "title": sheet.title,
        "is_drill": sheet.is_drill,
        "areas": list(sheet.areas),
        "begin": sheet.begin.isoformat(),
        "as_of": sheet.as_of.isoformat(),
        "rule_from": sheet.rule_from.isoformat(),
        "lines": [
            {"figure": e.figure, "now": _written(e.now), "before": _written(e.before)}
            for e in sheet.lines
        ],
        "corrections": [[e.figure, e.stated, e.now] for e in sheet.corrections],
    }


def _written(value: Value) -> list[Any]:
    return [value.value, value.of, value.why.value]


def thawed(content: Mapping[str, Any]) -> Sheet:
    """A sheet of its JSON."""
    return Sheet(
        order=UUID(content["order"]),
        number=content["number"],
        title=content["title"],
        is_drill=content["is_drill"],
        areas=tuple(content["areas"]),
        begin=datetime.fromisoformat(content["begin"]),
        as_of=datetime.fromisoformat(content["as_of"]),
        rule_from=date.fromisoformat(content["rule_from"]),
        lines=tuple(
            Line(e["figure"], _read(e["now"]), _read(e["before"])) for e in content["lines"]
        ),
        corrections=tuple(Correction(*each) for each in content["corrections"]),
    )


def _read(value: list[Any]) -> Value:
    return Value(value[0], value[1], Why(value[2]))


def digest(of: Bulletin) -> bytes:
    """SHA-256 over the text in both languages."""
    whole = "\f".join(rules.text(of, language=each) for each in LANGUAGES)
    return hashlib.sha256(whole.encode()).digest()


def bulletin_of(row: models.Bulletin) -> Bulletin:
    """A bulletin as kept, with whether its text is still the one that was signed."""
    found = _bulletin(row, is_same=True)
    if row.digest is None or bytes(row.digest) == digest(found):
        return found
    return _bulletin(row, is_same=False)


def _bulletin(row: models.Bulletin, *, is_same: bool) -> Bulletin:
    issued = None
    if row.issued_by is not None and row.issued_at is not None:
        issued = Signer(AccountId(row.issued_by), row.issued_role, row.issued_at)
    release = None
    if row.released_by is not None and row.released_at is not None:
        release = Release(row.authority, row.document, AccountId(row.released_by), row.released_at)
    return Bulletin(
        id=row.id,
        order=row.order_id,
        day=row.day,
        edition=row.edition,
        serial=row.serial,
        state=State(row.state),
        sheet=thawed(row.content),
        remark=row.remark,
        drafted=Signer(AccountId(row.drafted_by), row.drafted_role, row.drafted_at),
        issued=issued,
        release=release,
        reason=row.reason,
        is_same=is_same,
        version=row.version,
    )
