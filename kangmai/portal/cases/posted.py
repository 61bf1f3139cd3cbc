"""The card between the form and what the room takes: full-width digits are read, dates that cannot be are named."""

import datetime
import unicodedata
from collections.abc import Mapping

from django.http import QueryDict

from kangmai.epidemic.cases.types import SEALED, Content, Fault, FaultKind
from kangmai.standards.calendars import LEGAL_TIME

TEXTS = (
    *SEALED, "sex_code", "belongs_to", "home_code", "occupation", "disease", "case_class", "acute_chronic",
    "contacts_with_symptoms", "origin",
)  # fmt: skip
DAYS = ("birth_date", "onset_on", "died_on")
SECTION = "sections."
MOST = {"note": 500, "address": 200, "workplace": 100, "name": 100}


def read(sent: QueryDict) -> tuple[Content, tuple[Fault, ...]]:
    """What a form says, and what of it cannot be read."""
    faults: list[Fault] = []
    texts = {name: _text(sent, name) for name in TEXTS}
    texts["home_code"] = _text(sent, "home_other") or texts["home_code"]
    days = {name: _day(sent, name, faults) for name in DAYS}
    content = Content(
        **texts,  # type: ignore[arg-type]
        **days,  # type: ignore[arg-type]
        age_years=_number(sent, "age_years", faults),
        diagnosed_at=_instant(sent, "diagnosed_at", faults),
        sections=_sections(sent),
    )
    return content, tuple(faults)


def confirmed(sent: QueryDict) -> frozenset[str]:
    """The fields whose unusual content was looked at twice, as it stands now."""
    return frozenset(
        each.split("=", 1)[0]
        for each in sent.getlist("confirm")
        if each == f"{each.split('=', 1)[0]}={sent.get(each.split('=', 1)[0], '')}"
    )


def given(content: Content) -> dict[str, str]:
    """What the form's inputs hold for a content."""
    found = {name: getattr(content, name) for name in TEXTS}
    found |= {name: _iso(getattr(content, name)) for name in DAYS}
    found["age_years"] = "" if content.age_years is None else str(content.age_years)
    at = content.diagnosed_at
    found["diagnosed_at"] = f"{at.astimezone(LEGAL_TIME):%Y-%m-%dT%H:%M}" if at else ""
    return found | {f"{SECTION}{name}": value for name, value in content.sections.items()}


def given_of(sent: QueryDict) -> dict[str, str]:
    """What the form's inputs held when it was sent."""
    return {name: value for name, value in sent.items() if isinstance(value, str)}


def _text(sent: Mapping[str, str], name: str) -> str:
    return unicodedata.normalize("NFC", sent.get(name, "")).strip()[: MOST.get(name, 100)]


def _sections(sent: QueryDict) -> dict[str, str]:
    return {
        name.removeprefix(SECTION): _text(sent, name)
        for name in sent
        if name.startswith(SECTION) and _text(sent, name)
    }


def _folded(sent: QueryDict, name: str) -> str:
    return unicodedata.normalize("NFKC", sent.get(name, "")).strip()


def _day(sent: QueryDict, name: str, faults: list[Fault]) -> datetime.date | None:
    text = _folded(sent, name)
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        faults.append(_unreadable(name, text))
        return None


def _instant(sent: QueryDict, name: str, faults: list[Fault]) -> datetime.datetime | None:
    text = _folded(sent, name)
    if not text:
        return None
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        faults.append(_unreadable(name, text))
        return None
    return found.replace(tzinfo=LEGAL_TIME).astimezone(datetime.UTC)


def _number(sent: QueryDict, name: str, faults: list[Fault]) -> int | None:
    text = _folded(sent, name)
    if not text:
        return None
    if text.isdecimal() and len(text) <= 3:
        return int(text)
    faults.append(_unreadable(name, text))
    return None


def _unreadable(name: str, text: str) -> Fault:
    shown = text[:20]
    return Fault(
        name,
        FaultKind.REFUSED,
        f"“{shown}”无法识别，请重新填写。",
        f"“{shown}” cannot be read: write it again.",
    )


def _iso(value: datetime.date | None) -> str:
    return value.isoformat() if value else ""
