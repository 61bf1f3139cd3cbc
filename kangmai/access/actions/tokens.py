"""Issue and revoke bearer tokens: for registered programs, and by an operator."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from kangmai.access import actors, events, models, policy, smart
from kangmai.access.actions.clients import SYSTEM_ONLY, prove_by_assertion, prove_by_secret
from kangmai.access.errors import LifetimeWrong, ScopeRefused, TokenRefused
from kangmai.access.smart import Context
from kangmai.access.types import IssuedToken
from kangmai.access.writing import require_manager, write_down
from kangmai.kernel.actor import Actor
from kangmai.kernel.words import Words
from kangmai.registry import queries as registry

OF_A_RESIDENT = Words(
    "patient/须由已登录的居民使用", "patient/ scopes need a resident who is logged in"
)
SECRET_BYTES = 32
PREFIX = "km_"


def issue_operator_token(
    *,
    scope: str,
    organization_id: int | None,
    ttl_seconds: int | None,
    actor: Actor,
    at: datetime,
) -> IssuedToken:
    """Issue a token for one institution, or for the whole city, unlinked patients of every source included.

    Args:
        ttl_seconds: how long it lives; None: the usual time of the policy.

    Raises:
        NotPermitted: the actor does not administer the whole city.
        ScopeRefused, LifetimeWrong, OrganizationUnknown.
    """
    require_manager(actor, None)
    if smart.parse_scopes(scope).context is Context.PATIENT:
        raise ScopeRefused(scope=scope, reason=OF_A_RESIDENT)
    if organization_id is not None:
        registry.kind_of(organization_id=organization_id)
    seconds = _lifetime(ttl_seconds, at)
    return _issue(
        models.AccessToken(organization_id=organization_id),
        scope=scope,
        seconds=seconds,
        actor=actor,
        at=at,
    )


def issue_token_by_secret(*, client_id: str, secret: str, scope: str, at: datetime) -> IssuedToken:
    """Issue a token to a program that has its secret.

    Args:
        scope: what it asks for; empty: all that it may have.

    Raises:
        ClientRefused: unknown, disabled, or another secret.
        ScopeRefused: it asks for more than it may have, or for other than system/ scopes.
    """
    client = prove_by_secret(client_id=client_id, secret=secret)
    return _issue_to_client(client, scope, at)


def issue_token_by_assertion(
    *, assertion: str, audience: str, scope: str, at: datetime
) -> IssuedToken:
    """Issue a token to a program that signed an assertion for `audience`, our token endpoint.

    Raises:
        ClientRefused, ScopeRefused: as `issue_token_by_secret`.
    """
    client = prove_by_assertion(assertion=assertion, audience=audience, at=at)
    return _issue_to_client(client, scope, at)


def _issue_to_client(client: models.Client, scope: str, at: datetime) -> IssuedToken:
    allowed = smart.parse_scopes(client.scopes)
    wanted = smart.parse_scopes(scope) if scope.strip() else allowed
    if wanted.context is not Context.SYSTEM:
        raise ScopeRefused(scope=scope, reason=SYSTEM_ONLY)
    for permission in sorted(wanted.permissions):
        if not smart.covers(allowed.permissions, permission):
            raise ScopeRefused(
                scope=scope,
                reason=Words(
                    f"该系统未获权限{permission}", f"this program may not have {permission}"
                ),
            )
    row = models.AccessToken(client=client, organization_id=client.organization_id)
    actor = actors.actor_for_account(client.account_id, at=at)
    scope = " ".join(scope.split()) or client.scopes
    return _issue(row, scope=scope, seconds=_lifetime(None, at), actor=actor, at=at)


def revoke_token(*, token: str, actor: Actor, at: datetime) -> None:
    """End a token at once.

    Raises:
        TokenRefused: there is no such token in force.
        NotPermitted: the actor administers neither its institution nor the city.
    """
    with transaction.atomic():
        digest = actors.token_hash(token)
        row = models.AccessToken.objects.select_for_update().filter(token_hash=digest).first()
        if row is None or row.revoked_at is not None:
            raise TokenRefused()
        require_manager(actor, row.organization_id)
        row.revoked_at = at
        row.save()
        write_down(
            actor=actor,
            at=at,
            event=events.TOKEN_REVOKED,
            object_type="AccessToken",
            object_id=row.pk,
        )


def _lifetime(seconds: int | None, at: datetime) -> int:
    if seconds is None:
        return policy.limit("token_ttl_seconds", on=at.date())
    longest = policy.limit("token_longest_seconds", on=at.date())
    if not 1 <= seconds <= longest:
        raise LifetimeWrong(seconds=seconds, longest=longest)
    return seconds


def _issue(
    row: models.AccessToken, *, scope: str, seconds: int, actor: Actor, at: datetime
) -> IssuedToken:
    token = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row.token_hash, row.scopes = actors.token_hash(token), " ".join(scope.split())
    row.issued_at, row.expires_at = at, at + timedelta(seconds=seconds)
    with transaction.atomic():
        row.save(force_insert=True)
        write_down(
            actor=actor,
            at=at,
            event=events.TOKEN_ISSUED,
            object_type="AccessToken",
            object_id=row.pk,
            details={"scopes": row.scopes, "organization": row.organization_id},
        )
    return IssuedToken(token, row.scopes, seconds)
