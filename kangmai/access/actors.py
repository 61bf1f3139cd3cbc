"""Build the Actor of an account or a token: the only place where authority comes from.

An actor exercises together the roles it holds in one institution with one reach and one purpose; who
holds others switches to them (`grant_id`), so that what one role may do never leaks into the sight of
another. Actors are kept for at most five seconds in a process, and dropped at once when access itself
changes them.
"""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection

from kangmai.access import models, smart
from kangmai.access.cache import remembered
from kangmai.access.errors import AccountDisabled, ClientUnknown, GrantUnknown, TokenRefused
from kangmai.access.family import family_actor
from kangmai.access.reading import Held, decisions_for, held_roles, home_of
from kangmai.access.roles import roles
from kangmai.access.scopes import grants_of, scope_of
from kangmai.access.smart import Context, Scopes, common, covers
from kangmai.access.types import Posting, Reach
from kangmai.identity import queries as identity
from kangmai.kernel.actor import (
    ALL_LABELS,
    EVERYWHERE,
    Actor,
    DataScope,
    Grant,
    Label,
    Purpose,
    subtree,
)
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId
from kangmai.records.types import Policy, Source

CLOCK_SKEW = timedelta(seconds=5)
OPERATOR = AccountId(0)


def actor_for_account(
    account_id: int, *, at: datetime, grant_id: int | None = None, acting_for: int | None = None
) -> Actor:
    """The actor of an account, in its first posting or in the one named.

    An account without any role in force gives an actor who may do nothing.

    Args:
        grant_id: the id of a posting (`postings`), to exercise other roles than the first.
        acting_for: a resident for whom the account's own one acts (`identity.family`).

    Raises:
        AccountDisabled: the account is disabled or not there.
        GrantUnknown: it holds no such role now.
        ActsForNobody: its resident may not act for that one now.
    """
    if acting_for is not None:
        return remembered(
            ("family", account_id, acting_for),
            at=at,
            make=lambda: _family_actor(account_id, acting_for, at=at),
        )
    return remembered(
        ("account", account_id, grant_id),
        at=at,
        make=lambda: _account_actor(account_id, at=at, grant_id=grant_id),
    )


def actor_for_token(token: str, *, at: datetime) -> Actor:
    """The actor of a bearer token.

    Raises:
        TokenRefused: not known, expired, revoked, or its program or account is disabled.
    """
    digest = token_hash(token)
    actor, expires_at = remembered(
        ("token", digest), at=at, make=lambda: _token_actor(digest, at=at)
    )
    if expires_at <= at:
        raise TokenRefused()
    return actor


def source_for_token(token: str, *, at: datetime) -> Source:
    """The source as which a token writes: its institution, its id prefix, its policy on references.

    Raises:
        TokenRefused: as `actor_for_token`.
    """
    digest = token_hash(token)
    return remembered(("source", digest), at=at, make=lambda: _source(digest, at=at))


def actor_for_program(client_id: str, *, at: datetime) -> tuple[Actor, Source]:
    """The actor of a registered program on a line that was opened for it alone, and the source as which it writes.

    Raises:
        ClientUnknown: there is no such program, or it is disabled.
    """
    return remembered(("program", client_id), at=at, make=lambda: _on_a_line(client_id, at=at))


def _on_a_line(client_id: str, *, at: datetime) -> tuple[Actor, Source]:
    rows = models.Client.objects.select_related("account")
    client = rows.filter(client_id=client_id, is_active=True, account__is_active=True).first()
    if client is None:
        raise ClientUnknown(client=client_id)
    grant = models.AccessToken(
        client=client, organization_id=client.organization_id, scopes=client.scopes
    )
    return _program(grant, smart.parse_scopes(client.scopes), at), _source_of(grant)


def token_hash(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def postings(account_id: int, *, at: datetime) -> tuple[Posting, ...]:
    """The groups of roles between which an account may switch, in the order in which they were given."""
    held = held_roles(account_id, roles=roles(on=at.date()), at=at)
    groups: dict[object, list[Held]] = {}
    for each in held:
        groups.setdefault(_group(each), []).append(each)
    return tuple(
        Posting(some[0].grant_id, tuple(each.role.id for each in some), some[0].organization_id)
        for some in groups.values()
    )


def _group(held: Held) -> tuple[int | None, Reach, Purpose]:
    return held.organization_id, held.role.reach, held.role.purpose


def _family_actor(account_id: int, subject: int, *, at: datetime) -> Actor:
    account = models.Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        raise AccountDisabled()
    return family_actor(account, subject, at=at)


def _account_actor(account_id: int, *, at: datetime, grant_id: int | None) -> Actor:
    account = models.Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        raise AccountDisabled()
    held = held_roles(account_id, roles=roles(on=at.date()), at=at)
    chosen = [each for each in held if grant_id in (None, each.grant_id)]
    if grant_id is not None and not chosen:
        raise GrantUnknown(grant=grant_id)
    if not chosen:
        return Actor(AccountId(account.pk), account.name, (), Purpose.OPERATIONS, DataScope())
    together = [each for each in held if _group(each) == _group(chosen[0])]
    return _acting(account, together, at)


def _acting(account: models.Account, together: list[Held], at: datetime) -> Actor:
    exercised = [each.role for each in together]
    organization_id = together[0].organization_id
    home = home_of(organization_id, {role.reach for role in exercised})
    decisions = decisions_for(account_id=account.pk, organization_id=organization_id, at=at)
    resident = ResidentId(account.resident_id) if account.resident_id is not None else None
    purpose = Purpose.EMERGENCY if decisions.opened else exercised[0].purpose
    return Actor(
        account=AccountId(account.pk),
        name=account.name,
        grants=grants_of(exercised, home),
        purpose=purpose,
        scope=_of_today(scope_of(exercised, home, resident=resident, decisions=decisions)),
    )


def _valid_token(digest: bytes, *, at: datetime) -> models.AccessToken:
    if not connection.in_atomic_block:
        # the hot door runs outside Django's request cycle, which would drop a broken connection
        connection.close_if_unusable_or_obsolete()
    row = (
        models.AccessToken.objects.select_related("client", "client__account", "account")
        .filter(token_hash=digest, revoked_at=None, expires_at__gt=at)
        .first()
    )
    if row is None or row.issued_at > at + CLOCK_SKEW:
        raise TokenRefused()
    if row.client and not (row.client.is_active and row.client.account.is_active):
        raise TokenRefused()
    if row.account and not row.account.is_active:
        raise TokenRefused()
    return row


def _token_actor(digest: bytes, *, at: datetime) -> tuple[Actor, datetime]:
    row = _valid_token(digest, at=at)
    scopes = smart.parse_scopes(row.scopes)
    if row.account_id is not None:
        return _narrowed(row, scopes, at), row.expires_at
    return _program(row, scopes, at), row.expires_at


def _narrowed(row: models.AccessToken, scopes: Scopes, at: datetime) -> Actor:
    """The actor of a person's token: his own authority, as far as the scopes let it through."""
    whole = _account_actor(row.account_id, at=at, grant_id=None)
    grants = tuple(
        Grant(
            each.role, each.organization, each.places, common(each.permissions, scopes.permissions)
        )
        for each in whole.grants
    )
    return Actor(whole.account, whole.name, grants, whole.purpose, whole.scope)


def _program(row: models.AccessToken, scopes: Scopes, at: datetime) -> Actor:
    """The actor of a program, or of an operator's token: what its scopes say, for one institution or all."""
    client = row.client
    organization_id = row.organization_id
    home = home_of(organization_id, ())
    places = (EVERYWHERE,) if home is None else ()
    if home is not None and home.jurisdiction_code:
        places = (subtree(home.jurisdiction_code),)
    permissions = (
        scopes.permissions
        | _exports(scopes)
        | _of_the_index(scopes)
        | _of_cards(scopes)
        | _of_the_bench(scopes)
        | _of_figures(scopes)
    )
    grant = Grant("integrator", home.id if home else None, places, permissions)
    return Actor(
        account=AccountId(client.account_id) if client else OPERATOR,
        name=client.name if client else "token",
        grants=(grant,),
        purpose=Purpose.TREATMENT,
        scope=_of_today(_program_scope(row, scopes, at)),
        client=client.client_id if client else "",
    )


def _of_today(scope: DataScope) -> DataScope:
    """A scope in which merged residents are named by whom they stand for now: the record is placed under them."""
    if not scope.residents and not scope.objections:
        return scope
    return replace(
        scope,
        residents=frozenset(identity.standing(scope.residents).values()),
        objections=frozenset(identity.standing(scope.objections).values()),
    )


def _of_the_index(scopes: Scopes) -> frozenset[str]:
    """A program may decide who is one person only where its scopes name Person themselves; `*` is not enough."""
    named = scopes.context is Context.SYSTEM and "records.update:Person" in scopes.permissions
    return frozenset({"identity.review"}) if named else frozenset()


def _of_cards(scopes: Scopes) -> frozenset[str]:
    """A program of a desk reads cards: whoever may read Patients by itself is told who stands before it."""
    reads = scopes.context is Context.SYSTEM and covers(scopes.permissions, "records.read:Patient")
    return frozenset({"cards.verify"}) if reads else frozenset()


def _exports(scopes: Scopes) -> frozenset[str]:
    """A program that may read by itself may export: the Bulk Data guide asks for system/….rs only."""
    if scopes.context is not Context.SYSTEM:
        return frozenset()
    read = [each for each in scopes.permissions if each.partition(":")[0] == "records.read"]
    return frozenset(each.replace("records.read", "records.export") for each in read)


def _of_the_bench(scopes: Scopes) -> frozenset[str]:
    """A laboratory's system that writes reports by itself hands in runs of its laboratory; a person publishes them."""
    writes = "records.create:DiagnosticReport"
    reports = scopes.context is Context.SYSTEM and covers(scopes.permissions, writes)
    return frozenset({"testing.bench"}) if reports else frozenset()


def _of_figures(scopes: Scopes) -> frozenset[str]:
    """A program hands in figures from outside, and reads them back, only where its scopes name MeasureReport themselves."""
    named = (
        scopes.context is Context.SYSTEM and "records.create:MeasureReport" in scopes.permissions
    )
    return frozenset({"indicators.intake"}) if named else frozenset()


def _program_scope(row: models.AccessToken, scopes: Scopes, at: datetime) -> DataScope:
    labels = frozenset(map(Label, row.client.labels)) | {Label.NORMAL} if row.client else ALL_LABELS
    if scopes.context is Context.PATIENT:
        if row.resident_id is None:
            raise TokenRefused()
        return DataScope(residents=frozenset({ResidentId(row.resident_id)}), labels=labels)
    if row.organization_id is None:
        return DataScope(everything=True, labels=labels)
    decisions = decisions_for(account_id=None, organization_id=row.organization_id, at=at)
    return DataScope(
        organizations=frozenset({OrganizationId(row.organization_id)}),
        residents=decisions.shared,
        labels=labels,
        objections=decisions.objecting,
    )


def _source(digest: bytes, *, at: datetime) -> Source:
    return _source_of(_valid_token(digest, at=at))


def _source_of(row: models.AccessToken) -> Source:
    organization = OrganizationId(row.organization_id) if row.organization_id is not None else None
    if row.client is None:
        return Source(name="token", organization=organization)
    return Source(
        name=row.client.client_id,
        organization=organization,
        references=Policy(row.client.reference_policy),
        id_prefix=row.client.id_prefix,
        profiles=Policy(row.client.validation_policy),
    )
