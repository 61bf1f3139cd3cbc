"""What access knows: accounts, roles, emergency openings, decisions, and the ledger of a resident."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Max, Q

from kangmai.access import actors, models, roles
from kangmai.access.errors import AccountUnknown, ClientUnknown, NotYourResident
from kangmai.access.reading import in_force
from kangmai.access.recipients import accounts_by_permission as accounts_by_permission
from kangmai.access.recipients import accounts_by_role as accounts_by_role
from kangmai.access.recipients import accounts_of_residents as accounts_of_residents
from kangmai.access.recipients import accounts_of_staff as accounts_of_staff
from kangmai.access.recipients import glass_notices as glass_notices
from kangmai.access.recipients import logins_and_languages as logins_and_languages
from kangmai.access.recipients import staff_of_account as staff_of_account
from kangmai.access.subjects import is_served, patients_of, places_of
from kangmai.access.types import (
    AccountView,
    ClientView,
    ConsentView,
    GlassView,
    GrantView,
    LedgerLine,
    Posting,
    Role,
)
from kangmai.access.views import view_of
from kangmai.access.writing import (
    MANAGE,
    MANAGE_CLIENTS,
    manages_everywhere,
    require_manager,
    require_manager_of,
)
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.registry import queries as registry


def roles_in_force(*, at: datetime) -> Mapping[str, Role]:
    """The roles that can be given, by id."""
    return {id: each for id, each in roles.roles(on=at.date()).items() if not each.is_family}


def permissions() -> Mapping[str, tuple[str, str, bool]]:
    """Every permission: its Chinese and English words, and whether it may be narrowed to a type."""
    return roles.permissions()


def postings(*, at: datetime, actor: Actor) -> tuple[Posting, ...]:
    """The groups of roles between which the actor's account may switch."""
    return actors.postings(actor.account, at=at)


def find_account_id(*, login: str) -> int | None:
    """The id of the account of this name, for doors that know only the name."""
    rows = models.Account.objects.filter(login=login.strip().lower())
    return rows.values_list("id", flat=True).first()


def account_names(*, ids: Collection[int]) -> dict[int, str]:
    """The names of some accounts, for lists of what was done; an unknown one is left out."""
    rows = models.Account.objects.filter(pk__in=set(ids))
    return dict(rows.values_list("pk", "name"))


def get_account(*, account_id: int, actor: Actor) -> AccountView:
    """An account: one's own, or one that the actor administers. Raises AccountUnknown, NotPermitted."""
    row = models.Account.objects.filter(pk=account_id).first()
    if row is None:
        raise AccountUnknown(account=account_id)
    if account_id != actor.account:
        require_manager_of(actor, row)
    return view_of(AccountView, row)


def search_accounts(
    *, text: str = "", after: str = "", limit: int = 50, actor: Actor
) -> tuple[AccountView, ...]:
    """Accounts by login, those that the actor administers.

    Args:
        text: part of the login or of the name.
        after: the login of the last account of the page before.

    Raises:
        NotPermitted: the actor administers none.
    """
    require(actor, MANAGE)
    rows = models.Account.objects.filter(login__gt=after)
    if not manages_everywhere(actor):
        rows = rows.filter(
            pk__in=models.RoleGrant.objects.filter(_managed(actor, MANAGE)).values("account_id")
        )
    if text:
        rows = rows.filter(Q(login__contains=text.lower()) | Q(name__contains=text))
    return tuple(view_of(AccountView, row) for row in rows.order_by("login")[:limit])


def _managed(actor: Actor, permission: str) -> Q:
    managed = Q(pk__in=[])
    for grant in actor.grants:
        if permission in grant.permissions:
            if grant.organization is not None:
                managed |= Q(organization_id=grant.organization)
            for place in grant.places:
                managed |= Q(
                    organization__division_code__gte=place.low,
                    organization__division_code__lt=place.high,
                )
    return managed


def grants_of(*, account_id: int, at: datetime, actor: Actor) -> tuple[GrantView, ...]:
    """The roles an account holds now. Raises AccountUnknown, NotPermitted."""
    get_account(account_id=account_id, actor=actor)
    rows = models.RoleGrant.objects.filter(in_force(at), account_id=account_id)
    return tuple(view_of(GrantView, row) for row in rows.order_by("id"))


def roles_of(
    *, account_ids: Collection[int], at: datetime, actor: Actor
) -> dict[int, tuple[GrantView, ...]]:
    """The roles that accounts hold now, for lists of accounts. Raises NotPermitted."""
    require(actor, MANAGE)
    rows = models.RoleGrant.objects.filter(in_force(at), account_id__in=account_ids).order_by("id")
    found: dict[int, tuple[GrantView, ...]] = {}
    for row in rows:
        found[row.account_id] = (*found.get(row.account_id, ()), view_of(GrantView, row))
    return found


def clients(
    *, text: str = "", after: str = "", limit: int = 50, actor: Actor
) -> tuple[ClientView, ...]:
    """Registered programs by id, those of institutions that the actor administers.

    Args:
        text: part of the id or of the name.
        after: the id of the last program of the page before.

    Raises:
        NotPermitted: the actor administers no programs.
    """
    require(actor, MANAGE_CLIENTS)
    rows = models.Client.objects.filter(client_id__gt=after).order_by("client_id")
    if not manages_everywhere(actor, MANAGE_CLIENTS):
        rows = rows.filter(_managed(actor, MANAGE_CLIENTS))
    if text:
        rows = rows.filter(Q(client_id__icontains=text) | Q(name__icontains=text))
    return tuple(view_of(ClientView, row) for row in rows[:limit])


def client(*, client_id: int, actor: Actor) -> ClientView:
    """A registered program of an institution that the actor administers. Raises NotPermitted, ClientUnknown."""
    require(actor, MANAGE_CLIENTS)
    row = models.Client.objects.filter(pk=client_id).first()
    if row is None:
        raise ClientUnknown(client=client_id)
    require_manager(actor, row.organization_id, MANAGE_CLIENTS)
    return view_of(ClientView, row)


def last_tokens(*, client_ids: Collection[int], actor: Actor) -> dict[int, datetime]:
    """When each of some programs was last given a token, of those that ever were. Raises NotPermitted."""
    require(actor, MANAGE_CLIENTS)
    rows = models.AccessToken.objects.filter(client_id__in=client_ids)
    return dict(rows.values_list("client_id").annotate(Max("issued_at")))


def unreviewed_glasses(*, limit: int = 100, actor: Actor) -> tuple[GlassView, ...]:
    """Emergency openings in the actor's places that nobody has reviewed, oldest first. Raises NotPermitted."""
    require(actor, "glass.review")
    here = Q(pk__in=[])
    for grant in actor.grants:
        if {"glass.review", "*"} & grant.permissions:
            for place in grant.places:
                here |= Q(place_code__gte=place.low, place_code__lt=place.high)
    rows = models.BreakGlass.objects.filter(here, reviewed_at=None).order_by("opened_at", "id")
    return tuple(view_of(GlassView, row) for row in rows[:limit])


def open_glasses(*, at: datetime, actor: Actor) -> tuple[GlassView, ...]:
    """The emergency openings that the actor has running."""
    rows = models.BreakGlass.objects.filter(
        in_force(at, start="opened_at", end="expires_at"), account_id=actor.account, closed_at=None
    )
    return tuple(view_of(GlassView, row) for row in rows.order_by("id"))


def consents(*, resident_id: int, at: datetime, actor: Actor) -> tuple[ConsentView, ...]:
    """A resident's decisions in force, for himself or someone who records them. Raises NotYourResident."""
    is_own = resident_id in actor.scope.residents and is_permitted(actor, "own.consent")
    may_record = is_permitted(actor, "consent.record") and is_served(resident_id, actor)
    if not is_own and not may_record:
        raise NotYourResident()
    rows = models.Consent.objects.filter(in_force(at), resident_id=resident_id).order_by("id")
    return tuple(view_of(ConsentView, row) for row in rows)


def ledger(
    resident_id: int, *, before: int | None = None, limit: int = 50, actor: Actor
) -> tuple[LedgerLine, ...]:
    """Who opened or changed a resident's record, newest first: for himself, or for an auditor.

    Args:
        before: `seq` of the last line of the page before.

    Raises:
        NotYourResident: the actor is neither.
    """
    is_own = resident_id in actor.scope.residents and is_permitted(actor, "own.ledger")
    if not is_own and not _audits(resident_id, actor):
        raise NotYourResident()
    subjects = patients_of([resident_id])
    if not subjects:
        return ()
    lines = audit.search(subjects=subjects, before=before, limit=limit)
    return _with_names(lines)


def _audits(resident_id: int, actor: Actor) -> bool:
    """Whether the actor reads the audit trail where the resident lives, or everywhere."""
    places = places_of(resident_id) or {""}
    return any(is_permitted(actor, "audit.read", place) for place in places)


def _with_names(lines: list[audit.Line]) -> tuple[LedgerLine, ...]:
    accounts = models.Account.objects.filter(pk__in={line.account for line in lines})
    who = dict(accounts.values_list("id", "name"))
    ids = {line.organization for line in lines if line.organization}
    zh, en = (registry.names_by_id(ids=ids, language=each) for each in ("zh", "en"))
    named = {role.id: role for role in roles.every_role()}
    return tuple(
        LedgerLine(
            seq=line.seq,
            at=line.at,
            who=who.get(line.account, line.client or line.role),
            role_zh=named[line.role].zh if line.role in named else line.role,
            role_en=named[line.role].en if line.role in named else line.role,
            organization_zh=zh.get(line.organization or 0, ""),
            organization_en=en.get(line.organization or 0, ""),
            purpose=line.purpose,
            action=line.action,
            object_type=line.object_type,
            outcome=line.outcome,
            reason=line.reason,
        )
        for line in lines
    )
