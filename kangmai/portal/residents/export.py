"""A resident's record as one FHIR Bundle of the kind `collection`, as far as the reader may see it."""

from datetime import datetime

import orjson

from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.kernel.errors import Conflict
from kangmai.records import queries as records

MOST_BYTES = 64 * 2**20


class RecordTooLarge(Conflict):
    """The record has more than {megabytes} MB; ask for it through FHIR with Patient/[id]/$everything."""

    zh = "该档案超过 {megabytes} MB，请通过 FHIR 接口 Patient/[id]/$everything 获取。"


def bundle(resident: Resident, *, actor: Actor, at: datetime) -> bytes:
    """The Bundle: all Patients of the resident and what is about them, with what it points to.

    Raises:
        NotPermitted, ResourceNotFound
        RecordTooLarge
    """
    wanted, place, size = records.Wanted(expand_links=True), None, 0
    bodies: dict[str, bytes] = {}
    while True:
        page = records.everything(resident.patient_id, wanted, place=place, actor=actor, at=at)
        for each in (*page.found, *page.referenced):
            if (name := f"{each.type}/{each.id}") not in bodies:
                bodies[name] = each.body
                size += len(each.body)
        if size > MOST_BYTES:
            raise RecordTooLarge(megabytes=MOST_BYTES // 2**20)
        if (place := page.next) is None:
            break
    head = orjson.dumps({"resourceType": "Bundle", "type": "collection", "timestamp": at})
    entries = b",".join(b'{"resource":' + body + b"}" for body in bodies.values())
    return head[:-1] + b',"entry":[' + entries + b"]}"
