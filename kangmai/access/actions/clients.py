"""Register programs of other institutions, prove who they are, give them new secrets, stop and restart them."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from kangmai.access import assertions, events, models, smart
from kangmai.access.errors import (
    ClientIdTaken,
    ClientRefused,
    ClientUnknown,
    LoginMalformed,
    NameMissing,
    PrefixMalformed,
    PrefixTaken,
    ScopeRefused,
)
from kangmai.access.smart import Context
from kangmai.access.types import AccountKind, ClientFacts, ClientView
from kangmai.access.views import view_of
from kangmai.access.writing import (
    MANAGE_CLIENTS,
    locked,
    refusing,
    require_manager,
    write_down,
)
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version
from kangmai.kernel.words import Words

LONGEST_NAME = 64
PREFIX_FORM = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]{0,31})?")
SYSTEM_ONLY = Words(
    "接入系统只能使用system/授权范围", "a program without a user has system/ scopes only"
)


def register_client(*, facts: ClientFacts, actor: Actor, at: datetime) -> tuple[ClientView, str]:
    """Register a program; returns it with its secret, which is seen only now (empty if it signs assertions).

    Raises:
        NotPermitted: the actor administers no programs of this institution (None: of the whole city).
        ScopeRefused: its scopes cannot be read, or are not system/ scopes.
        NameMissing, PrefixMalformed, KeysUnreadable, ClientIdTaken, PrefixTaken, LoginMalformed.
    """
    require_manager(actor, facts.organization_id, MANAGE_CLIENTS)
    if not 0 < len(facts.name.strip()) <= LONGEST_NAME:
        raise NameMissing()
    if not PREFIX_FORM.fullmatch(facts.id_prefix):
        raise PrefixMalformed()
    if facts.jwks is not None:
        assertions.check_keys(facts.jwks)
    if smart.parse_scopes(facts.scopes).context is not Context.SYSTEM:
        raise ScopeRefused(scope=facts.scopes, reason=SYSTEM_ONLY)
    secret = "" if facts.jwks else _invented_secret()
    row = _client_row(facts, secret, at)
    with transaction.atomic():
        with refusing(
            {
                "access_account_login": lambda: ClientIdTaken(client=facts.client_id),
                "access_client_client_id": lambda: ClientIdTaken(client=facts.client_id),
                "client_id_prefix_once": lambda: PrefixTaken(prefix=facts.id_prefix),
                "account_login_form": LoginMalformed,
            }
        ):
            row.account = _account_of(facts)
            row.save(force_insert=True)
        _write_down(row, events.CLIENT_REGISTERED, actor=actor, at=at)
    return view_of(ClientView, row), secret


def disable_client(
    *, client_id: int, expected_version: int, actor: Actor, at: datetime
) -> ClientView:
    """Let a program in no more; its tokens end at once.

    Raises:
        ClientUnknown, NotPermitted, ChangedMeanwhile.
    """
    with _changed(client_id, expected_version, events.CLIENT_DISABLED, actor=actor, at=at) as row:
        row.is_active = False
        row.tokens.filter(revoked_at=None).update(revoked_at=at)
    return view_of(ClientView, row)


def enable_client(
    *, client_id: int, expected_version: int, actor: Actor, at: datetime
) -> ClientView:
    """Let a stopped program in again, with the secret or the keys that it has.

    Raises:
        ClientUnknown, NotPermitted, ChangedMeanwhile.
    """
    with _changed(client_id, expected_version, events.CLIENT_ENABLED, actor=actor, at=at) as row:
        row.is_active = True
    return view_of(ClientView, row)


def renew_proof(
    *,
    client_id: int,
    jwks: dict[str, Any] | None,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> tuple[ClientView, str]:
    """Replace what a program proves itself with; its tokens end at once, so a stolen secret is worth nothing.

    Args:
        jwks: public keys from now on; None: a new secret, which is returned and seen only now.

    Raises:
        ClientUnknown, NotPermitted, ChangedMeanwhile, KeysUnreadable.
    """
    with _changed(client_id, expected_version, events.CLIENT_RENEWED, actor=actor, at=at) as row:
        if jwks is not None:
            assertions.check_keys(jwks)
        secret = "" if jwks is not None else _invented_secret()
        row.jwks, row.secret_hash = jwks, _hash(secret) if secret else ""
        row.tokens.filter(revoked_at=None).update(revoked_at=at)
    return view_of(ClientView, row), secret


@contextmanager
def _changed(
    client_id: int, expected_version: int, event: str, *, actor: Actor, at: datetime
) -> Iterator[models.Client]:
    """A program, locked; what was done to it is saved and written down."""
    require(actor, MANAGE_CLIENTS)
    with transaction.atomic():
        row = locked(models.Client, client_id, or_else=ClientUnknown(client=client_id))
        require_manager(actor, row.organization_id, MANAGE_CLIENTS)
        require_version(row.version, expected_version)
        yield row
        row.version += 1
        row.save()
        _write_down(row, event, actor=actor, at=at)


def _invented_secret() -> str:
    return secrets.token_urlsafe(32)


def prove_by_secret(*, client_id: str, secret: str) -> models.Client:
    """The program of this id, if the secret is its own. Raises ClientRefused."""
    row = models.Client.objects.select_related("account").filter(client_id=client_id).first()
    known = row.secret_hash if row else ""
    is_right = hmac.compare_digest(known.encode(), _hash(secret).encode())
    if row is None or not is_right or not _is_alive(row):
        raise ClientRefused()
    return row


def prove_by_assertion(*, assertion: str, audience: str, at: datetime) -> models.Client:
    """The program that signed a JWT with its registered key; each assertion works once.

    Raises:
        ClientRefused: the signature, a claim or the key is not right, or the assertion was used.
    """
    named = assertions.issuer_of(assertion)
    row = models.Client.objects.select_related("account").filter(client_id=named).first()
    if row is None or not row.jwks or not _is_alive(row):
        raise ClientRefused()
    proof = assertions.verify(assertion, jwks=row.jwks, client_id=named, audience=audience, at=at)
    with refusing({"clientassertion_once": ClientRefused}):
        models.ClientAssertion.objects.create(
            client=row, jti=proof.jti, expires_at=proof.expires_at
        )
    return row


def _hash(secret: str) -> str:
    """A secret has 256 bits of chance, so a fast hash keeps it as well as a slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _client_row(facts: ClientFacts, secret: str, at: datetime) -> models.Client:
    return models.Client(
        client_id=facts.client_id,
        name=facts.name.strip(),
        organization_id=facts.organization_id,
        secret_hash=_hash(secret) if secret else "",
        jwks=facts.jwks,
        scopes=" ".join(facts.scopes.split()),
        labels=sorted(int(label) for label in facts.labels),
        id_prefix=facts.id_prefix,
        validation_policy=facts.validation_policy.value,
        reference_policy=facts.reference_policy.value,
        created_at=at,
    )


def _account_of(facts: ClientFacts) -> models.Account:
    account = models.Account(
        login=facts.client_id.lower(), name=facts.name.strip(), kind=AccountKind.PROGRAM.value
    )
    account.set_unusable_password()
    account.save(force_insert=True)
    return account


def _is_alive(row: models.Client) -> bool:
    return row.is_active and row.account.is_active


def _write_down(row: models.Client, event: str, *, actor: Actor, at: datetime) -> None:
    details = {"organization": row.organization_id, "scopes": row.scopes}
    write_down(
        actor=actor, at=at, event=event, object_type="Client", object_id=row.pk, details=details
    )
