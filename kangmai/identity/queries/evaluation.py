"""How well the index decides: what it did by itself, what people found since, by group and by model.

Estimates from daily work, not from a sample that somebody labelled: an error that nobody has found counts
as right, and a resident who was registered anew by mistake counts until the two are merged.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from kangmai.identity.types import Evaluation, PatientGroup
from kangmai.kernel.actor import Actor, require

_COUNT = """
WITH said AS (
  SELECT l.patient_rid, l.reason, l.state, l.number_hash IS NULL AS unnumbered,
         coalesce(convert_from(l.explanation, 'UTF8')::jsonb ->> 0, '') AS version,
         extract(year FROM age(l.decided_at, l.birth_date)) AS years,
         EXISTS (SELECT FROM identity_review r
                 WHERE r.patient_rid = l.patient_rid AND r.kind = 'patient' AND r.resident_id IS NOT NULL) AS reviewed,
         EXISTS (SELECT FROM identity_pin p
                 WHERE p.patient_rid = l.patient_rid AND p.verdict <> 'same' AND NOT EXISTS (
                   SELECT FROM identity_review r WHERE r.patient_rid = p.patient_rid AND r.kind = 'patient'
                     AND r.verdict = p.verdict)) AS wrong
  FROM identity_link l WHERE l.decided_at >= %(since)s AND l.decided_at < %(until)s
), counted AS (
  SELECT g.name AS "group", version, reason, state, reviewed, wrong
  FROM said CROSS JOIN LATERAL (VALUES ('all', true), ('infant', years < 1), ('elderly', years >= 65),
    ('unnumbered', unnumbered)) AS g(name, is_in) WHERE g.is_in
)
SELECT {by}, count(*), count(*) FILTER (WHERE reason = 'matched'), count(*) FILTER (WHERE reviewed),
       count(*) FILTER (WHERE reason = 'registered'),
       count(*) FILTER (WHERE reason = 'by_hand' AND state = 'linked'), count(*) FILTER (WHERE wrong)
FROM counted {where} GROUP BY 1 ORDER BY 1"""


def evaluate_groups(
    since: datetime, until: datetime, *, actor: Actor
) -> dict[PatientGroup, Evaluation]:
    """The Patients decided about in a time, in the whole installation, by group; every group is there.

    Raises:
        NotPermitted
    """
    rows = dict(_counted('"group"', "", since, until, actor))
    return {group: rows.get(group.value, Evaluation()) for group in PatientGroup}


def evaluate_models(since: datetime, until: datetime, *, actor: Actor) -> dict[str, Evaluation]:
    """The same by the version of weights and priors that scored; empty where nobody was alike.

    Raises:
        NotPermitted
    """
    return dict(_counted("version", "WHERE \"group\" = 'all'", since, until, actor))


def _counted(
    by: str, where: str, since: datetime, until: datetime, actor: Actor
) -> Iterable[tuple[str, Evaluation]]:
    require(actor, "identity.review")
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(by=by, where=where), {"since": since, "until": until})
        return [(key, Evaluation(*counts)) for key, *counts in cursor.fetchall()]
