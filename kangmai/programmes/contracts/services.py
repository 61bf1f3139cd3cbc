"""The services that were given under a contract: counted visits of its items, and what the team wrote down."""

import datetime

from django.db import connection

from kangmai.identity import queries as identity
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.contracts import models, rules
from kangmai.programmes.contracts.types import Service, ServiceRef

VISIT, HAND = "visit", "hand"
_SERVICES = """
SELECT s.kind, s.id, s.day, s.programme, s.name, s.note,
       EXISTS (SELECT FROM contracts_rating r WHERE r.service_kind = s.kind AND r.service = s.id)
FROM (
  SELECT DISTINCT 'visit' AS kind, v.first_id AS id, v.visited_on AS day, e.programme, v.service AS name, '' AS note
  FROM programmes_enrolment e
  JOIN programmes_visit v ON v.enrolment_id = e.id AND v.is_counted AND v.standing = 'current'
  JOIN unnest(%(programmes)s::text[], %(services)s::text[]) AS i(programme, service)
    ON i.programme = e.programme AND (i.service = '' OR i.service = v.service)
  WHERE e.resident_id = ANY(%(residents)s) AND v.visited_on BETWEEN %(since)s AND %(until)s
  UNION ALL
  SELECT 'hand', h.id, h.on, h.package, h.item, h.note
  FROM contracts_performed h
  WHERE h.contract_id = %(contract)s AND h.undone_reason = '' AND h.on BETWEEN %(since)s AND %(until)s) s
ORDER BY s.day DESC, s.id DESC LIMIT %(limit)s"""


def services_of(
    row: models.Contract, *, since: datetime.date, until: datetime.date, limit: int = 50
) -> tuple[Service, ...]:
    """The services of a contract between two days, while it held, the newest first."""
    if row.begins_on is None:
        return ()
    offered = rules.packages(on=row.begins_on)
    visits = {
        visit
        for each in row.packages
        if each in offered
        for item in offered[each].items
        for visit in item.visits
    }
    asked = {
        "programmes": [programme for programme, _service in visits],
        "services": [service for _programme, service in visits],
        "residents": list(identity.same_resident_ids(ResidentId(row.resident_id))),
        "contract": row.pk,
        "since": max(since, row.begins_on),
        "until": min(until, row.ends_on),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SERVICES, asked)
        return tuple(Service(ServiceRef(kind, id), *rest) for kind, id, *rest in cursor.fetchall())
