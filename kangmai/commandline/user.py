"""`kangmai user`: make and change accounts."""

import json
import sys

import click

from kangmai.commandline.opening import with_database


@click.group()
def user() -> None:
    """Make and change accounts and the roles they hold."""


def _password(given_on_stdin: bool) -> tuple[str, bool]:
    """A password from the first line of standard input, or an invented one; and whether it was invented."""
    from kangmai.access.rules import invented_password

    if given_on_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    return invented_password(), True


_stdin = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input; else one is made.",
)


@user.command(
    epilog="Example:  kangmai user add li.ping --name 李平 --role village_doctor --organization 4412020010201 --data ./data"
)
@click.argument("login")
@click.option("--name", required=True, help="Name as people see it.")
@click.option("--role", help="Id of a role, such as village_doctor.")
@click.option("--organization", metavar="ID", help="Institution: code, FHIR id or number.")
@click.option("--keep-password", is_flag=True, help="Do not ask for a new password at first login.")
@_stdin
@with_database
def add(
    login: str,
    name: str,
    role: str | None,
    organization: str | None,
    keep_password: bool,
    password_stdin: bool,
) -> None:
    """Add an account, with a role if one is named. Prints it as JSON, with the password if it was made."""
    from datetime import UTC, datetime

    from django.db import transaction

    from kangmai.access import actions
    from kangmai.commandline.naming import organization_id
    from kangmai.kernel.actor import operator

    actor, at = operator("kangmai user"), datetime.now(UTC)
    where = organization_id(organization, actor=actor)
    password, is_invented = _password(password_stdin)
    with transaction.atomic():
        account = actions.add_account(
            login=login,
            name=name,
            password=password,
            must_change_password=not keep_password,
            actor=actor,
            at=at,
        )
        if role:
            actions.grant_role(
                account_id=account.id, role=role, organization_id=where, actor=actor, at=at
            )
    shown = {"id": account.id, "login": account.login, "name": account.name, "role": role}
    _print(shown | ({"password": password} if is_invented else {}))


@user.command("list", epilog="Example:  kangmai user list --text li --data ./data")
@click.option("--text", default="", help="Part of the account name or of the person's name.")
@with_database
def list_accounts(text: str) -> None:
    """List accounts with the roles they hold, one JSON object a line."""
    from datetime import UTC, datetime

    from kangmai.access import queries
    from kangmai.kernel.actor import operator

    actor, at, after = operator("kangmai user"), datetime.now(UTC), ""
    while page := queries.search_accounts(text=text, after=after, limit=500, actor=actor):
        held = queries.roles_of(account_ids=[each.id for each in page], at=at, actor=actor)
        for each in page:
            _print(
                {
                    "id": each.id,
                    "login": each.login,
                    "name": each.name,
                    "kind": each.kind,
                    "is_active": each.is_active,
                    "locked_until": each.locked_until.isoformat() if each.locked_until else None,
                    "roles": [
                        {"id": g.id, "role": g.role, "organization": g.organization_id}
                        for g in held.get(each.id, ())
                    ],
                }
            )
        after = page[-1].login


@user.command(epilog="Example:  kangmai user password li.ping --data ./data")
@click.argument("login")
@_stdin
@with_database
def password(login: str, password_stdin: bool) -> None:
    """Set a new password and unlock the account. Prints the password if it was made."""
    from datetime import UTC, datetime

    from kangmai.access import actions
    from kangmai.commandline.naming import account_id
    from kangmai.kernel.actor import operator

    new, is_invented = _password(password_stdin)
    account = actions.set_password(
        account_id=account_id(login),
        password=new,
        actor=operator("kangmai user"),
        at=datetime.now(UTC),
    )
    shown = {"id": account.id, "login": account.login}
    _print(shown | ({"password": new} if is_invented else {}))


@user.command(epilog="Example:  kangmai user disable li.ping --data ./data")
@click.argument("login")
@with_database
def disable(login: str) -> None:
    """Let an account log in no more; its sessions and tokens end at once."""
    from datetime import UTC, datetime

    from kangmai.access import actions
    from kangmai.commandline.naming import account_id
    from kangmai.kernel.actor import operator

    account = actions.disable_account(
        account_id=account_id(login), actor=operator("kangmai user"), at=datetime.now(UTC)
    )
    _print({"id": account.id, "login": account.login, "is_active": account.is_active})


@user.command(epilog="Example:  kangmai user enable li.ping --data ./data")
@click.argument("login")
@with_database
def enable(login: str) -> None:
    """Let a disabled or locked account log in again."""
    from datetime import UTC, datetime

    from kangmai.access import actions
    from kangmai.commandline.naming import account_id
    from kangmai.kernel.actor import operator

    account = actions.enable_account(
        account_id=account_id(login), actor=operator("kangmai user"), at=datetime.now(UTC)
    )
    _print({"id": account.id, "login": account.login, "is_active": account.is_active})


@user.command(
    epilog="Example:  kangmai user grant li.ping tuberculosis_worker --organization 441202001 --until 2026-12-31 --data ./data"
)
@click.argument("login")
@click.argument("role")
@click.option("--organization", metavar="ID", help="Institution: code, FHIR id or number.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="The role ends when this day begins."
)
@with_database
def grant(login: str, role: str, organization: str | None, until: object) -> None:
    """Give an account a role, in an institution or in the whole city."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from kangmai.access import actions
    from kangmai.commandline.naming import account_id, organization_id
    from kangmai.kernel.actor import operator

    actor = operator("kangmai user")
    ends = until.replace(tzinfo=ZoneInfo("Asia/Shanghai")) if isinstance(until, datetime) else None
    given = actions.grant_role(
        account_id=account_id(login),
        role=role,
        organization_id=organization_id(organization, actor=actor),
        until=ends,
        actor=actor,
        at=datetime.now(UTC),
    )
    _print({"id": given.id, "role": given.role, "organization": given.organization_id})


@user.command(epilog="Example:  kangmai user revoke 12 --data ./data")
@click.argument("grant_id", type=int)
@with_database
def revoke(grant_id: int) -> None:
    """Take a role away; its number is in `kangmai user list`."""
    from datetime import UTC, datetime

    from kangmai.access import actions
    from kangmai.kernel.actor import operator

    taken = actions.revoke_role(
        grant_id=grant_id, actor=operator("kangmai user"), at=datetime.now(UTC)
    )
    _print({"id": taken.id, "role": taken.role, "organization": taken.organization_id})


def _print(shown: dict[str, object]) -> None:
    click.echo(json.dumps(shown, ensure_ascii=False))
