"""Certificates: issued once by the institution of the birth, replaced by it, declared void by the bureau.

Source: 出生医学证明管理办法 (one newborn, one certificate; 首次签发、换发、补发、作废), restated from memory.
"""

import dataclasses
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.identity import actions as index
from kangmai.identity import queries as identity
from kangmai.identity.types import Demographics
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.programmes.births import events, models, rules
from kangmai.programmes.births.actions.blanks import take_blank
from kangmai.programmes.births.chain import begin, forget_certificate, know, look_again
from kangmai.programmes.births.errors import CertificateStands, KeyReused, NoCertificate
from kangmai.programmes.births.reach import ISSUE, KEEP, locked
from kangmai.programmes.births.reading import birth_of, certificate_of, seal_named
from kangmai.programmes.births.types import Birth, Kind, KnownBy, Named, State


def issue(
    *,
    birth_id: UUID,
    named: Named,
    number: str = "",
    key: UUID,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Birth:
    """Issue the certificate of a child: it has its name from now on, and the chain of errands begins.

    Raises:
        NotPermitted, BirthNotFound, ChangedMeanwhile, ChildNameMissing, NoBlank, BlankNotHere, KeyReused
        CertificateStands: it has one.
        MotherMissing, IdentityNumberUnreadable
    """
    with transaction.atomic():
        row = locked(birth_id, ISSUE, actor=actor)
        if _is_repeated(row, key):
            return birth_of(row)
        require_version(row.version, expected_version)
        if current := _current(row):
            raise CertificateStands(number=current.blank_id)
        was_issued = row.certificates.filter(kind=Kind.FIRST.value).exclude(state=State.VOID.value)
        kind = Kind.WRONG if was_issued.exists() else Kind.FIRST
        certificate = _write(row, kind, named, number, "", key, actor, at)
        _name(row, named, actor, at)
        begin(row, certificate.issued_on)
        know(row, KnownBy.CERTIFICATE, certificate.issued_on, actor=actor, at=at)
        row.is_certified = True
        _finish(row, events.ISSUED, certificate, "", actor, at)
    return birth_of(row)


def replace(
    *,
    birth_id: UUID,
    kind: Kind,
    named: Named,
    reason: str,
    number: str = "",
    key: UUID,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Birth:
    """Issue another in place of one that is lost or says something wrong; the earlier one no longer holds.

    What a lost one named stays; only a wrong one is named anew.

    Raises:
        NotPermitted, BirthNotFound, ChangedMeanwhile, ReasonMissing, NoCertificate, NoBlank, BlankNotHere
        ChildNameMissing, KeyReused, MotherMissing, IdentityNumberUnreadable
    """
    why = rules.given_reason(reason)
    with transaction.atomic():
        row = locked(birth_id, ISSUE, actor=actor)
        if _is_repeated(row, key):
            return birth_of(row)
        require_version(row.version, expected_version)
        current = _current(row)
        if current is None:
            raise NoCertificate()
        said = certificate_of(current).named if kind is Kind.LOST else named
        _end(current, State.REPLACED, why, at)
        certificate = _write(row, kind, said, number, why, key, actor, at)
        _name(row, said, actor, at)
        _finish(row, events.REPLACED, certificate, why, actor, at)
    return birth_of(row)


def void(
    *, birth_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Birth:
    """Declare the certificate of a birth void: the bureau, never the institution that issued it.

    The child keeps its name; the chain waits for another certificate.

    Raises:
        NotPermitted, BirthNotFound, ChangedMeanwhile, ReasonMissing, NoCertificate
    """
    why = rules.given_reason(reason)
    with transaction.atomic():
        row = locked(birth_id, KEEP, actor=actor)
        require_version(row.version, expected_version)
        current = _current(row)
        if current is None:
            raise NoCertificate()
        _end(current, State.VOID, why, at)
        forget_certificate(row)
        row.is_certified = False
        _finish(row, events.VOIDED, current, why, actor, at)
    return birth_of(row)


def _is_repeated(row: models.Birth, key: UUID) -> bool:
    """Whether this form was sent before. Raises KeyReused."""
    there = models.Certificate.objects.filter(key=key).first()
    if there is not None and there.birth_id != row.id:
        raise KeyReused()
    return there is not None


def _current(row: models.Birth) -> models.Certificate | None:
    return row.certificates.select_for_update().filter(state=State.CURRENT.value).first()


def _end(current: models.Certificate, state: State, why: str, at: datetime) -> None:
    current.state, current.ended_on, current.end_reason = state.value, rules.today(at), why
    current.save(update_fields=["state", "ended_on", "end_reason"])


def _write(
    row: models.Birth,
    kind: Kind,
    named: Named,
    number: str,
    reason: str,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> models.Certificate:
    rules.require_parents(named)
    said = Named(rules.checked_name(named.child), named.mother, named.father)
    blank, id = take_blank(row.organization, number), uuid7()
    content_key, content = seal_named(id, said)
    return models.Certificate.objects.create(
        id=id,
        birth=row,
        blank=blank,
        kind=kind.value,
        issued_on=rules.today(at),
        organization=row.organization,
        content=content,
        content_key=content_key,
        reason=reason,
        key=key,
        account=actor.account,
    )


def _name(row: models.Birth, named: Named, actor: Actor, at: datetime) -> None:
    """The child bears the name of the certificate; the placeholder stays as a former one."""
    child = identity.get_resident(ResidentId(row.child_id), actor=actor, at=at)
    known, name = child.demographics, rules.checked_name(named.child)
    if known.name == name:
        return
    index.correct_resident(
        child.id,
        _renamed(known, name),
        deceased_on=child.deceased_on,
        expected_version=child.version,
        actor=actor,
        at=at,
    )


def _renamed(known: Demographics, name: str) -> Demographics:
    former = tuple(dict.fromkeys((*known.former_names, known.name)))
    return dataclasses.replace(known, name=name, former_names=former)


def _finish(
    row: models.Birth,
    event: str,
    certificate: models.Certificate,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    look_again(row)
    row.version += 1
    row.save()
    data = {"certificate": str(certificate.id), "number": certificate.blank_id, "kind": certificate.kind, "child": row.child_id}  # fmt: skip
    write_down_and_announce(event, "Birth", row.id, data=data, reason=reason, actor=actor, at=at)
