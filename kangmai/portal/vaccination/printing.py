"""What stands on the printed certificate: the doses, and whether a nursery or school may take the child."""

import datetime
import io
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.vaccination import wording
from kangmai.programmes.vaccination.types import File
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


def as_file(
    resident: Resident, file: File, *, by: str, actor: Actor, at: datetime.datetime
) -> FileResponse:
    """The certificate of a resident as of today, to be opened or kept.

    Args:
        by: who checked it; empty where parents print it, and the clinic is still to sign.
    """
    content = documents.render(
        "vaccination_certificate",
        _certificate(resident, file, by, actor, at),
        format=Format.PDF,
        language=language(),
        on=legal_day(at),
    )
    return FileResponse(
        io.BytesIO(content),
        content_type="application/pdf",
        filename=f"vaccinations-{resident.index_number}.pdf",
    )


def _certificate(
    resident: Resident, file: File, by: str, actor: Actor, at: datetime.datetime
) -> dict[str, Any]:
    known = resident.demographics
    own = next((each.organization for each in actor.grants if each.organization), None)
    names = registry.names_by_id(ids=[own] if own else [], language=language())
    missing = [each for each in file.lines if each.status == "overdue"]
    return {
        "institution": names.get(own or 0, ""),
        "resident_name": known.name,
        "sex": standard("sex", known.sex_code),
        "birth_date": words.day(known.birth_date),
        "number": resident.index_number,
        "place": area.path(known.place_code),
        "printed_on": words.day(legal_day(at)),
        "doses": [
            {
                "vaccine": wording.vaccine(each.recorded.vaccine) or each.recorded.text,
                "dose": str(each.dose or ""),
                "day": words.day(each.recorded.day),
                "lot": each.recorded.lot,
                "place": each.recorded.place,
                "state": wording.validity(each)[0],
            }
            for each in file.doses
            if not each.is_duplicate
        ],
        "result": _("doses are missing: to be given before entry")
        if missing
        else _("all doses due at this age are done"),
        "missing": [
            {
                "vaccine": wording.vaccine(each.vaccine),
                "dose": str(each.dose),
                "from": words.day(each.earliest),
                "reason": each.reason.in_language(language()),
            }
            for each in missing
        ],
        "doctor": by,
    }
