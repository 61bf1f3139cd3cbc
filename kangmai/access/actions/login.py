"""Log in, slowed down where someone guesses, and log out.

An attempt is written down before the password is looked at, so that many tries at once are counted
too. An unknown account costs as much time as a wrong password and gets the same answer.
"""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from kangmai.access import actors, events, models, policy, totp
from kangmai.access.errors import CodeNeeded, CodeRefused, LoginRefused, TooManyAttempts
from kangmai.access.types import AccountKind, LoggedIn
from kangmai.access.writing import write_down
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.errors import KangmaiError

FAILED, PASSED, PENDING = "failed", "ok", "pending"
FORGIVEN = "forgiven"
"""An administrator set the password or enabled the account: what failed before counts no more."""


def log_in(
    *, login: str, password: str, code: str = "", address: str | None, at: datetime
) -> LoggedIn:
    """Prove who someone is; the door then opens a session.

    Args:
        code: six digits of the authenticator, where the account uses one.
        address: where the request comes from, to slow down guessing over many accounts.

    Raises:
        LoginRefused: unknown, disabled, a program's account, or a wrong password.
        CodeNeeded, CodeRefused: the password is right, the code is missing or not.
        TooManyAttempts: the account or the address is locked for a while.
    """
    login = login.strip().lower()[:64]
    attempt = _begin(login, address, at)
    account = models.Account.objects.filter(login=login).first()
    try:
        account = _proved(account, password, code, at)
    except CodeNeeded:
        _end(attempt, "code needed")
        raise
    except KangmaiError:
        _end(attempt, FAILED)
        _note_lock(account, at)
        raise
    with transaction.atomic():
        _end(attempt, PASSED)
        models.Account.objects.filter(pk=account.pk).update(last_login=at, locked_until=None)
        actor = actors.actor_for_account(account.pk, at=at)
        write_down(
            actor=actor,
            at=at,
            event=events.LOGGED_IN,
            object_type="Account",
            object_id=account.pk,
        )
    return LoggedIn(account.pk, account.must_change_password, account.language)


def log_out(*, actor: Actor, at: datetime) -> None:
    """Note that someone left; the door ends the session."""
    write_down(
        actor=actor,
        at=at,
        event="access.logout",
        object_type="Account",
        object_id=actor.account,
    )


def _begin(login: str, address: str | None, at: datetime) -> models.LoginAttempt:
    """Write an attempt down, unless the account or the address is locked. Raises TooManyAttempts."""
    with transaction.atomic():
        _queue(f"login:{login}", f"address:{address}")
        _require_unlocked(login, address, at)
        return models.LoginAttempt.objects.create(
            login=login, address=address, at=at, outcome=PENDING
        )


def _queue(*names: str) -> None:
    """Count attempts of one account, and of one address, one after another."""
    with connection.cursor() as cursor:
        for name in sorted(names):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _require_unlocked(login: str, address: str | None, at: datetime) -> None:
    until = max(
        _locked_until("login", login, policy.limit("account_failures", on=at.date()), at),
        _locked_until("address", address, policy.limit("address_failures", on=at.date()), at),
    )
    if until > at:
        raise TooManyAttempts(minutes=-(-(until - at) // timedelta(minutes=1)))


def _locked_until(column: str, value: str | None, limit: int, at: datetime) -> datetime:
    """When a lock ends: some minutes after the last of `limit` failures since the latest success."""
    if value is None:
        return at
    window = policy.minutes("failure_window_minutes", at=at)
    attempts = models.LoginAttempt.objects.filter(**{column: value}, at__gt=at - window, at__lte=at)
    failures = attempts.filter(outcome__in=(FAILED, PENDING))
    if column == "login":
        ended = attempts.filter(outcome__in=(PASSED, FORGIVEN)).order_by("-id").first()
        failures = failures.filter(id__gt=ended.pk) if ended else failures
    times = list(failures.order_by("-at").values_list("at", flat=True)[:limit])
    if len(times) < limit:
        return at
    return times[0] + policy.minutes("lock_minutes", at=at)


def _proved(
    account: models.Account | None, password: str, code: str, at: datetime
) -> models.Account:
    if account is None:
        make_password(password)  # the same work as comparing
        raise LoginRefused()
    if not account.check_password(password):
        raise LoginRefused()
    if not account.is_active or account.kind != AccountKind.PERSON:
        raise LoginRefused()
    if account.totp_secret is not None:
        if not code:
            raise CodeNeeded()
        if not totp.use_code(account.pk, code, at=at):
            raise CodeRefused()
    return account


def _note_lock(account: models.Account | None, at: datetime) -> None:
    """Show administrators that an account has just been locked."""
    if account is None:
        return
    limit = policy.limit("account_failures", on=at.date())
    until = _locked_until("login", account.login, limit, at)
    if until <= at:
        return
    with transaction.atomic():
        models.Account.objects.filter(pk=account.pk).update(locked_until=until)
        write_down(
            actor=operator("login"),
            at=at,
            event=events.LOCKED,
            object_type="Account",
            object_id=account.pk,
        )


def forgive(account: models.Account, *, at: datetime) -> None:
    """Let failures of the past count no more."""
    models.LoginAttempt.objects.create(login=account.login, at=at, outcome=FORGIVEN)


def _end(attempt: models.LoginAttempt, outcome: str) -> None:
    models.LoginAttempt.objects.filter(pk=attempt.pk).update(outcome=outcome)
