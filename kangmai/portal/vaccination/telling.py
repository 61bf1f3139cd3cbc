"""The vaccinations of a resident for a page: what was given, what is to come, what puts off."""

import datetime
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words
from kangmai.portal.vaccination import wording
from kangmai.programmes.vaccination import rules
from kangmai.programmes.vaccination.types import Deferral, File, JudgedDose, Line

SHOWN = ("overdue", "due", "upcoming", "not_yet", "contraindicated")


def told(file: File, *, corrects: Collection[int] = ()) -> dict[str, Any]:
    """A file as its tables show it.

    Args:
        corrects: institutions whose doses the reader may correct.
    """
    return {
        "is_verified": file.is_verified,
        "doses": [_dose(each, corrects) for each in reversed(file.doses)],
        "lines": [_line(each) for each in file.lines if each.status in SHOWN],
        "closed": [_line(each) for each in file.lines if each.status not in SHOWN],
        "late": sum(each.status == "overdue" for each in file.lines),
        "deferrals": [_deferral(each, file.on) for each in file.deferrals],
    }


def _dose(of: JudgedDose, corrects: Collection[int]) -> dict[str, Any]:
    label, tone = wording.validity(of)
    known = of.recorded
    return {
        "id": known.id,
        "day": words.day(known.day),
        "vaccine": wording.vaccine(known.vaccine) or known.text or "—",
        "dose": of.dose,
        "label": label,
        "tone": tone,
        "reason": "" if of.is_valid else of.reason.in_language(language()),
        "product": " ".join(filter(None, (known.product, known.maker))),
        "lot": known.lot,
        "expires": words.day(known.expires_on) if known.expires_on else "",
        "site": " · ".join(filter(None, (known.site, known.route))),
        "place": known.place,
        "is_told": not known.is_primary,
        "may_correct": known.author in corrects,
    }


def _line(of: Line) -> dict[str, Any]:
    label, tone = wording.status(of.status)
    return {
        "vaccine": wording.vaccine(of.vaccine),
        "dose": of.dose,
        "label": label,
        "tone": tone,
        "reason": of.reason.in_language(language()),
        "earliest": words.day(of.earliest) if of.earliest else "",
        "recommended": words.day(of.recommended) if of.recommended else "",
        "latest": words.day(of.latest) if of.latest else "",
    }


def _deferral(of: Deferral, on: datetime.date) -> dict[str, Any]:
    asked = rules.rule(on=of.since).question(of.question)
    return {
        "id": of.id,
        "version": of.version,
        "reason": asked.title.in_language(language()) if asked else of.question,
        "vaccines": wording.vaccines(of.vaccines),
        "since": words.day(of.since),
        "until": words.day(of.until) if of.until else _("for good"),
        "is_open": of.is_open(on),
        "ended": words.day(of.ended_on) if of.ended_on else "",
        "end_reason": of.end_reason,
    }
