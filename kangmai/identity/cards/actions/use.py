"""Recognize whoever shows a card: check the code, spend it, write the use down, accepted or refused."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models import F

from kangmai.identity import models as residents
from kangmai.identity.cards import adapters, codes, keys, models
from kangmai.identity.cards.policy import policy
from kangmai.identity.cards.reach import VERIFY, organization_of, write_down
from kangmai.identity.cards.reader import judged
from kangmai.identity.cards.types import (
    Bearer,
    Carrier,
    CodeKind,
    Factor,
    Holder,
    Outcome,
    Presented,
    Scene,
    State,
    Used,
)
from kangmai.identity.details import document_hashes
from kangmai.identity.queries import current
from kangmai.identity.reach import demographics_of, reaches
from kangmai.identity.types import IdentityDocument
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import IndexNumber, ResidentId
from kangmai.standards.calendars import legal_day

CARRIERS = {CodeKind.DYNAMIC: Carrier.DYNAMIC, CodeKind.STATIC: Carrier.STATIC}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a showing came to, before it is written down."""

    outcome: Outcome
    carrier: Carrier = Carrier.UNKNOWN
    number: str = ""
    bearer: Bearer = Bearer.SELF
    card: models.Card | None = None
    holder: residents.Resident | None = None
    factor: Factor = Factor.NONE
    nonce: bytes | None = None
    name: str = ""


def use_card(
    text: str,
    *,
    scene: Scene,
    pin: str = "",
    document: str = "",
    terminal: str = "",
    actor: Actor,
    at: datetime,
) -> Used:
    """Recognize the holder of what was scanned: our own code, or the output of another card's reader.

    Every showing is written down; a refusal changes nothing else but the count of wrong second factors.

    Args:
        pin: the password of a printed code.
        document: instead of it, the number of an identity document, typed or read.

    Raises:
        NotPermitted: the actor may not read cards.
    """
    require(actor, VERIFY)
    with transaction.atomic():
        finding = found(text, pin=pin, document=document, at=at)
        row = spent(finding, scene=scene, terminal=terminal, used_at=at, actor=actor, at=at)
        if row is None:
            finding = replace(finding, outcome=Outcome.REPLAYED)
            row = spent(finding, scene=scene, terminal=terminal, used_at=at, actor=actor, at=at)
        _write_down(finding, actor, at)
    return used_of(row, finding, actor)  # type: ignore[arg-type]


def found(text: str, *, pin: str = "", document: str = "", at: datetime) -> Finding:
    """Whom a text names, and whether it may be believed; the card's row is locked."""
    if codes.is_ours(text):
        return _by_code(text, pin=pin, document=document, at=at)
    said = adapters.presented(text, on=legal_day(at))
    if not isinstance(said, Presented):
        return Finding(said)
    holder = _holder_of_document(said.kind_code, said.number)
    if holder is None:
        return Finding(Outcome.UNKNOWN, said.carrier)
    outcome = Outcome.DECEASED if holder.deceased_on else Outcome.ACCEPTED
    card = models.Card.objects.filter(resident_id=holder.id, state=State.ACTIVE).first()
    number = card.number if card else ""
    return Finding(outcome, said.carrier, number, card=card, holder=holder, name=said.name)


def _by_code(text: str, *, pin: str, document: str, at: datetime) -> Finding:
    known = {key.id: key for key in keys.public_keys()}
    reading = judged(text, known, policy=policy(on=legal_day(at)), at=at)
    if reading.code is None:
        return Finding(reading.outcome)
    code = reading.code
    told = Finding(reading.outcome, CARRIERS[code.kind], code.number, code.bearer, nonce=code.nonce)
    if reading.outcome not in (Outcome.ACCEPTED, Outcome.FACTOR_MISSING):
        return told
    card = models.Card.objects.select_for_update().filter(number=code.number).first()
    if card is None:
        return replace(told, outcome=Outcome.UNKNOWN)
    holder = residents.Resident.objects.get(id=current(ResidentId(card.resident_id)))
    told = replace(told, card=card, holder=holder)
    standing = _standing(card, holder)
    if standing is not Outcome.ACCEPTED or code.kind is CodeKind.DYNAMIC:
        return replace(told, outcome=standing)
    return _with_factor(told, card, holder, pin=pin, document=document, at=at)


def _standing(card: models.Card, holder: residents.Resident) -> Outcome:
    if holder.deceased_on is not None:
        return Outcome.DECEASED
    return Outcome.ACCEPTED if card.state == State.ACTIVE else Outcome(card.state)


def _with_factor(
    told: Finding,
    card: models.Card,
    holder: residents.Resident,
    *,
    pin: str,
    document: str,
    at: datetime,
) -> Finding:
    """A printed code with its second factor; each wrong one is counted, a right one ends the count."""
    factor = Factor.PIN if pin else Factor.DOCUMENT if document else Factor.NONE
    if factor is Factor.NONE:
        return told
    if card.failures >= policy(on=legal_day(at)).pin_failures:
        return replace(told, outcome=Outcome.LOCKED, factor=factor)
    right = (
        bool(card.pin) and check_password(pin, card.pin)
        if factor is Factor.PIN
        else _is_document_of(holder, document, at)
    )
    models.Card.objects.filter(id=card.id).update(failures=0 if right else F("failures") + 1)
    outcome = Outcome.ACCEPTED if right else Outcome.FACTOR_WRONG
    return replace(told, outcome=outcome, factor=factor)


def _is_document_of(holder: residents.Resident, text: str, at: datetime) -> bool:
    """Whether a number, typed or as a reader gives it, stands on an open document of the holder."""
    said = adapters.presented(text, on=legal_day(at))
    number = said.number if isinstance(said, Presented) else "".join(text.upper().split())
    open_ones = (each for each in demographics_of(holder).documents if each.closed_on is None)
    return any(each.number == number for each in open_ones)


def _holder_of_document(kind_code: str, number: str) -> residents.Resident | None:
    """The one resident who has a document; none where two have it, which only a review can settle."""
    hashes = document_hashes(IdentityDocument(kind_code, number))
    rows = residents.Document.objects.filter(number_hash__in=hashes, closed_on=None)
    ids = {current(ResidentId(id)) for id in rows.values_list("resident_id", flat=True)}
    if len(ids) != 1:
        return None
    return residents.Resident.objects.get(id=ids.pop())


def spent(
    finding: Finding, *, scene: Scene, terminal: str, used_at: datetime, actor: Actor, at: datetime
) -> models.CardUse | None:
    """The row of a use; None where the code of an accepted one was spent before."""
    row = models.CardUse(
        card=finding.card,
        resident_id=finding.holder.id if finding.holder else None,
        used_at=used_at,
        entered_at=at,
        organization=organization_of(actor),
        account=actor.account,
        client=actor.client[:100],
        terminal=terminal[:32],
        scene=scene,
        carrier=finding.carrier,
        factor=finding.factor,
        bearer=finding.bearer,
        outcome=finding.outcome,
        nonce=finding.nonce if finding.carrier is Carrier.DYNAMIC else None,
    )
    if finding.outcome is not Outcome.ACCEPTED or row.nonce is None:
        row.save(force_insert=True)
        return row
    is_spent = models.CardUse.objects.filter(nonce=row.nonce, outcome=Outcome.ACCEPTED).exists()
    if is_spent:
        return None
    row.save(force_insert=True)
    return row


def _write_down(finding: Finding, actor: Actor, at: datetime) -> None:
    """Let the holder see in his ledger who read his card; nobody is named by a card nobody holds."""
    if finding.holder is not None:
        outcome = "ok" if finding.outcome is Outcome.ACCEPTED else finding.outcome.value
        write_down(finding.card, finding.holder, "cards.used", outcome=outcome, actor=actor, at=at)


def used_of(row: models.CardUse, finding: Finding, actor: Actor) -> Used:
    """A use as the desk sees it; of a refused one the holder is not shown."""
    holder = finding.holder if finding.outcome is Outcome.ACCEPTED else None
    shown = _shown(holder, actor) if holder else None
    return Used(
        id=row.id,
        outcome=finding.outcome,
        carrier=finding.carrier,
        number=finding.number,
        bearer=finding.bearer,
        used_at=row.used_at,
        holder=shown,
        is_name_different=bool(shown and finding.name and finding.name != shown.name),
    )


def _shown(holder: residents.Resident, actor: Actor) -> Holder:
    return Holder(
        resident_id=ResidentId(holder.id),
        index_number=IndexNumber(holder.index_number),
        name=demographics_of(holder).name,
        sex_code=holder.sex_code,
        birth_date=holder.birth_date,
        is_inside=reaches(actor.scope, holder),
    )
