"""Who is like somebody: candidates for a registration, an arriving record, a program."""

from collections.abc import Sequence
from datetime import datetime

from kangmai.identity import models, rules
from kangmai.identity.index.candidates import Found, find
from kangmai.identity.index.explanation import explained
from kangmai.identity.index.people import witness_of
from kangmai.identity.matching.types import Decision
from kangmai.identity.reach import inside, reaches, resident_of
from kangmai.identity.types import Demographics, Matched, Similar, Witness
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.standards.calendars import legal_day

LEAST_SHOWN = 0.05


MOST_SHOWN = 5


PROBABLE = 0.7


def _rows(found: Found, ids: Sequence[int]) -> dict[int, models.Resident]:
    """The rows of residents that were scored; only those found by a merged row alone are read again."""
    missing = [id for id in ids if id not in found.candidates]
    read = models.Resident.objects.in_bulk(missing) if missing else {}
    return {id: read[id] if id in read else found.candidates[id].row for id in ids}


def similar_residents(
    demographics: Demographics, *, actor: Actor, at: datetime
) -> tuple[Similar, ...]:
    """Residents who resemble somebody about to be registered, the likeliest first.

    Also those outside the actor's scope are told, so that nobody is registered twice; a page shows of
    them only what lets two people be told apart. Every call is audited.

    Raises:
        NotPermitted, and what `rules.checked` raises.
    """
    rules.require_registrar(actor, demographics.place_code)
    known = rules.checked(demographics, on=legal_day(at))
    found = find(witness_of(known), at=at)
    is_certain = found.decision is Decision.LINK or found.is_document_known
    worth = [each for each in found.scores if each[1].probability >= LEAST_SHOWN][:MOST_SHOWN]
    rows = models.Resident.objects.in_bulk([id for id, _ in worth])
    reach = set(inside(actor.scope).filter(id__in=rows).values_list("id", flat=True))
    subjects = [rows[id].patient_rid for id, _ in worth]
    audit.record_later(audit.Entry(actor, at, "identity.compare", "Resident", "", subjects))
    return tuple(
        Similar(
            resident_of(rows[id]),
            explained(id, score),
            is_certain and id == found.root,
            id in reach,
        )
        for id, score in worth
    )


def match(witness: Witness, *, limit: int = 10, actor: Actor, at: datetime) -> tuple[Matched, ...]:
    """Residents inside the actor's scope who may be the one that a record tells of, the likeliest first.

    Who may find residents may, and a program that may search Patients. Whoever is certainly another is
    not shown: of him nothing is to be told.

    Raises:
        NotPermitted
    """
    if not any(is_permitted(actor, each) for each in ("records.search", "records.search:Patient")):
        require(actor, "identity.search")
    return _matched(find(witness, at=at), limit, actor, at, least=LEAST_SHOWN)


def decision_on(
    witness: Witness, *, limit: int = 10, actor: Actor, at: datetime
) -> tuple[str, tuple[Matched, ...]]:
    """What the index would do with a record (link, review, new), and as `match`.

    Raises:
        NotPermitted
    """
    require(actor, "identity.review")
    found = find(witness, at=at)
    return found.decision.value, _matched(found, limit, actor, at)


def _matched(
    found: Found, limit: int, actor: Actor, at: datetime, *, least: float = 0.0
) -> tuple[Matched, ...]:
    likely = [(id, score) for id, score in found.scores if score.probability >= least]
    rows = _rows(found, [id for id, _ in likely])
    shown = [(id, score) for id, score in likely if reaches(actor.scope, rows[id])][:limit]
    subjects = [rows[id].patient_rid for id, _ in shown]
    audit.record_later(audit.Entry(actor, at, "identity.match", "Resident", "", subjects))
    return tuple(
        Matched(
            resident_of(rows[id], known=_known(found, id)),
            explained(id, score),
            _grade(found, id, score.probability),
        )
        for id, score in shown
    )


def _known(found: Found, id: int) -> Demographics | None:
    """What was opened of a resident while he was compared."""
    return found.candidates[id].known if id in found.candidates else None


def _grade(found: Found, resident_id: int, probability: float) -> str:
    """How sure a match is, in the words of FHIR's value set match-grade."""
    if found.decision is Decision.LINK and resident_id == found.root:
        return "certain"
    if probability >= PROBABLE:
        return "probable"
    return "possible" if probability >= LEAST_SHOWN else "certainly-not"
