"""Accounts: find them, add one, see one with its roles, give and take roles, stop and restart it."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.access import actions, queries
from kangmai.access.rules import invented_password
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, KangmaiError, NotFound
from kangmai.portal.access import presenters
from kangmai.portal.institutions.presenters import name_of
from kangmai.portal.institutions.typed import organization_id_of
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import Choice, choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.shell.standing import role_name
from kangmai.registry import queries as registry

PAGE = 50


@require_safe
@signed_in
def accounts(request: PortalRequest) -> HttpResponse:
    """Show one page of the accounts that the actor administers."""
    text = request.GET.get("text", "").strip()
    found = queries.search_accounts(
        text=text, after=request.GET.get("after", ""), limit=PAGE + 1, actor=request.actor
    )
    shown = found[:PAGE]
    context = {
        "crumbs": trail(Crumb(_("Accounts"))),
        "text": text,
        "rows": [presenters.account(each, at=request.at) for each in shown],
        "pager": pager(request.GET, cursor=shown[-1].login if len(found) > PAGE else None),
    }
    return render(request, "access/accounts.html", context)


@require_safe
@signed_in
def account(request: PortalRequest, account_id: int) -> HttpResponse:
    """Show an account with its roles."""
    return render(request, "access/account.html", _page(request, account_id))


def _page(request: PortalRequest, account_id: int) -> dict[str, object]:
    actor, at = request.actor, request.at
    view = queries.get_account(account_id=account_id, actor=actor)
    grants = queries.grants_of(account_id=account_id, at=at, actor=actor)
    ids = {each.organization_id for each in grants if each.organization_id}
    names = {
        id: name_of(each) for id, each in registry.organizations_by_id(ids=ids, actor=actor).items()
    }
    return {
        "crumbs": trail(Crumb(_("Accounts"), "/accounts/"), Crumb(view.name)),
        "account": presenters.account(view, at=at),
        "is_own": account_id == actor.account,
        "grants": [presenters.grant(each, names) for each in grants],
        "roles": _roles(request, ""),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_account(request: PortalRequest) -> HttpResponse:
    """Add an account with its first role and an invented password, which is shown once."""
    require(request.actor, "access.manage")
    entered = {
        each: request.POST.get(each, "").strip()
        for each in ("login", "name", "role", "organization")
    }
    fault = ""
    if request.method != "POST":
        entered["organization"] = _own_code(request.actor)
    else:
        try:
            return _add(request, entered)
        except (Incorrect, Conflict, NotFound, Forbidden) as error:
            fault = words_of(error)
    context = {
        "crumbs": trail(Crumb(_("Accounts"), "/accounts/"), Crumb(_("New account"))),
        "entered": entered,
        "fault": fault,
        "roles": _roles(request, entered["role"]),
    }
    return render(request, "access/new_account.html", context, status=422 if fault else 200)


def _add(request: PortalRequest, entered: dict[str, str]) -> HttpResponse:
    password = invented_password()
    organization_id = organization_id_of(entered["organization"], request.actor)
    with (
        transaction.atomic()
    ):  # an account without a role belongs to nobody who administers one institution
        view = actions.add_account(
            login=entered["login"],
            name=entered["name"],
            password=password,
            organization_id=organization_id,
            actor=request.actor,
            at=request.at,
        )
        actions.grant_role(
            account_id=view.id,
            role=entered["role"],
            organization_id=organization_id,
            actor=request.actor,
            at=request.at,
        )
    return render(
        request,
        "access/account.html",
        {**_page(request, view.id), "password": password},
        status=201,
    )


def _roles(request: PortalRequest, current: str) -> tuple[Choice, ...]:
    """The roles that can be given."""
    found = queries.roles_in_force(at=request.at)
    return choices(((each, role_name(each)) for each in found), current=current)


def _own_code(actor: Actor) -> str:
    """The code of the institution in which the actor holds his role; empty where there is none."""
    own = next((grant.organization for grant in actor.grants if grant.organization), None)
    return registry.get_organization(organization_id=own, actor=actor).code if own else ""


@require_POST
@signed_in
def give_role(request: PortalRequest, account_id: int) -> HttpResponse:
    """Give an account a role in an institution named by its code."""

    def give() -> None:
        actions.grant_role(
            account_id=account_id,
            role=request.POST.get("role", ""),
            organization_id=organization_id_of(
                request.POST.get("organization", "").strip(), request.actor
            ),
            actor=request.actor,
            at=request.at,
        )

    return _done(request, account_id, give, _("The role was given."))


@require_POST
@signed_in
def take_role(request: PortalRequest, account_id: int, grant_id: int) -> HttpResponse:
    """Take a role away."""

    def take() -> None:
        actions.revoke_role(grant_id=grant_id, actor=request.actor, at=request.at)

    return _done(request, account_id, take, _("The role was taken away."))


@require_POST
@signed_in
def switch(request: PortalRequest, account_id: int) -> HttpResponse:
    """Stop an account, or let it log in again."""
    version = request.POST.get("version", "")
    expected = int(version) if version.isdigit() else None
    if request.POST.get("do") == "enable":
        change, said = actions.enable_account, _("The account can log in again.")
    else:
        change, said = (
            actions.disable_account,
            _("The account was disabled; its sessions have ended."),
        )

    def apply() -> None:
        change(account_id=account_id, expected_version=expected, actor=request.actor, at=request.at)

    return _done(request, account_id, apply, said)


@require_POST
@signed_in
def new_password(request: PortalRequest, account_id: int) -> HttpResponse:
    """Set an invented password, which is shown once and must be changed at the next login."""
    password = invented_password()
    actions.set_password(
        account_id=account_id, password=password, actor=request.actor, at=request.at
    )
    return render(
        request, "access/account.html", {**_page(request, account_id), "password": password}
    )


def _done(
    request: PortalRequest, account_id: int, act: Callable[[], None], said: str
) -> HttpResponse:
    """Act, then go back to the account; a refusal is told there."""
    try:
        act()
    except (Incorrect, Conflict, NotFound, Forbidden) as error:
        messages.error(request, _words(error))
    else:
        messages.success(request, said)
    return redirect("account", account_id=account_id)


def _words(error: KangmaiError) -> str:
    return words_of(error)
