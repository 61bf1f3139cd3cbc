"""`kangmai user` and `kangmai token` say what they did as JSON, and why they refuse."""

import json

import pytest
from click.testing import CliRunner

from kangmai.access import actors, models
from kangmai.commandline import opening
from tests.factories.access import PASSWORD
from tests.factories.registry import organization


@pytest.fixture
def run(database, monkeypatch):
    """Run a command on the test's database instead of opening another."""
    from contextlib import nullcontext

    monkeypatch.setattr(opening, "opened", lambda data: nullcontext())
    from kangmai.commandline.token import token
    from kangmai.commandline.user import user

    def command(*arguments, input=None):
        group = {"user": user, "token": token}[arguments[0]]
        result = CliRunner().invoke(group, list(arguments[1:]), input=input, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return command


def now():
    from datetime import UTC, datetime

    return datetime.now(UTC)


@pytest.mark.parametrize("name", ["code", "fhir_id", "id"])
def test_token_for_an_institution_by_any_of_its_names(run, name):
    made = organization()
    printed = run("token", "--scope", "system/*.rs", "--organization", str(getattr(made, name)))
    actor = actors.actor_for_token(printed.strip(), at=now())
    assert actor.scope.organizations == {made.id}


def test_token_is_all_that_is_printed(run):
    printed = run("token", "--scope", "system/*.rs user/Observation.read", "--ttl", "60")
    assert printed.count("\n") == 1
    assert actors.actor_for_token(printed.strip(), at=now()).scope.everything


def test_wrong_scope_says_why(run):
    from kangmai.access.errors import ScopeRefused

    with pytest.raises(ScopeRefused):
        run("token", "--scope", "system/Foo.rs")


def test_life_of_an_account(run):
    made = organization()
    shown = json.loads(
        run(
            "user",
            "add",
            "li.ping",
            "--name",
            "李平",
            "--role",
            "hospital_clinician",
            "--organization",
            "H1",
        )
    )
    assert models.Account.objects.get(pk=shown["id"]).check_password(shown["password"])
    line = json.loads(run("user", "list"))
    (role,) = line.pop("roles")
    assert line == {
        "id": shown["id"],
        "login": "li.ping",
        "name": "李平",
        "kind": "person",
        "is_active": True,
        "locked_until": None,
    }
    assert (role["role"], role["organization"]) == ("hospital_clinician", made.id)
    json.loads(
        run(
            "user",
            "grant",
            "li.ping",
            "tuberculosis_worker",
            "--organization",
            "H1",
            "--until",
            "2999-01-01",
        )
    )
    json.loads(run("user", "revoke", str(role["id"])))
    assert [each["role"] for each in json.loads(run("user", "list"))["roles"]] == [
        "tuberculosis_worker"
    ]
    assert "password" not in json.loads(
        run("user", "password", "li.ping", "--password-stdin", input=PASSWORD + "\n")
    )
    assert models.Account.objects.get(pk=shown["id"]).check_password(PASSWORD)
    assert json.loads(run("user", "disable", "li.ping"))["is_active"] is False
    assert json.loads(run("user", "enable", "li.ping"))["is_active"] is True


def test_refused_role_leaves_no_account(run):
    from kangmai.access.errors import RoleNeedsOrganization

    with pytest.raises(RoleNeedsOrganization):
        run("user", "add", "li.ping", "--name", "李平", "--role", "village_doctor")
    assert models.Account.objects.count() == 0


def test_unknown_account_is_named(run):
    from kangmai.access.errors import AccountUnknown

    with pytest.raises(AccountUnknown):
        run("user", "disable", "nobody")
