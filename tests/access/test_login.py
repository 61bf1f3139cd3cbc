"""Logging in: right and wrong passwords, throttling by account and address, one-time codes, sessions."""

import threading

import pyotp
import pytest

from kangmai.access import actions, actors, errors, models, queries, rules
from kangmai.kernel import audit
from kangmai.kernel.errors import KangmaiError
from tests.factories.access import ADMIN, AT, PASSWORD, account, later

HERE, THERE = "192.0.2.7", "192.0.2.8"


def enter(password=PASSWORD, *, login="li.ping", at=AT, address=HERE, code=""):
    return actions.log_in(login=login, password=password, code=code, address=address, at=at)


def fail(times, *, at=AT, **more):
    for _ in range(times):
        with pytest.raises(errors.LoginRefused):
            enter("wrong", at=at, **more)


def test_right_password_lets_in_and_is_written_down(database):
    made = account()
    entered = enter(login=" LI.PING ")
    assert (entered.account_id, entered.must_change_password) == (made.id, False)
    assert models.Account.objects.get(pk=made.id).last_login == AT
    assert audit.search(action="access.login")[0].account == made.id


def test_unknown_disabled_program_and_wrong_get_one_answer(database):
    made = account()
    program = models.Account.objects.create(login="robot", name="r", kind="program")
    program.set_password(PASSWORD)
    program.save()
    answers = set()
    for attempt in ({"password": "wrong"}, {"login": "nobody"}, {"login": "robot"}):
        with pytest.raises(errors.LoginRefused) as refusal:
            enter(**attempt)
        answers.add(str(refusal.value))
    actions.disable_account(account_id=made.id, actor=ADMIN, at=AT)
    with pytest.raises(errors.LoginRefused) as refusal:
        enter()
    assert answers | {str(refusal.value)} == {"Account or password is not right."}


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(database):
    made = account()
    fail(5)
    with pytest.raises(errors.TooManyAttempts) as refusal:
        enter(at=later(minutes=1))
    assert refusal.value.details == {"minutes": 14}
    assert models.Account.objects.get(pk=made.id).locked_until == later(minutes=15)
    assert audit.search(action="access.locked")[0].object_id == str(made.id)
    assert enter(at=later(minutes=15)).account_id == made.id


def test_failures_count_for_the_account_wherever_they_come_from(database):
    account()
    fail(3, address=HERE)
    fail(2, address=THERE)
    with pytest.raises(errors.TooManyAttempts):
        enter(address="192.0.2.9")


def test_success_ends_the_count(database):
    account()
    fail(4)
    enter()
    fail(4, at=later(seconds=1))
    assert enter(at=later(seconds=2))


def test_thirty_failures_lock_the_address_also_for_right_passwords(database):
    account()
    for number in range(30):
        with pytest.raises(errors.LoginRefused):
            enter("wrong", login=f"guess{number}")
    with pytest.raises(errors.TooManyAttempts):
        enter()
    assert enter(address=THERE)


def test_unknown_accounts_are_locked_like_known_ones(database):
    fail(5, login="nobody")
    with pytest.raises(errors.TooManyAttempts):
        enter(login="nobody")


def test_administrator_unlocks_by_setting_the_password(database):
    made = account()
    fail(5)
    actions.set_password(
        account_id=made.id, password="new-plum-77", actor=ADMIN, at=later(minutes=1)
    )
    entered = enter("new-plum-77", at=later(minutes=1))
    assert entered.must_change_password is True
    actor = actors.actor_for_account(made.id, at=AT)
    with pytest.raises(errors.LoginRefused):
        actions.change_own_password(old=PASSWORD, new="other-plum-88", actor=actor, at=AT)
    actions.change_own_password(old="new-plum-77", new="other-plum-88", actor=actor, at=AT)
    assert enter("other-plum-88", at=later(minutes=2)).must_change_password is False


def test_one_time_codes(database):
    made = account()
    actor = actors.actor_for_account(made.id, at=AT)
    secret, address = actions.begin_totp(actor=actor)
    assert address.startswith("otpauth://totp/Kangmai:li.ping?secret=")
    codes = pyotp.TOTP(secret)
    with pytest.raises(errors.CodeRefused):
        actions.confirm_totp(secret=secret, code="000000", actor=actor, at=AT)
    assert enter().account_id == made.id
    actions.confirm_totp(secret=secret, code=codes.at(AT), actor=actor, at=AT)
    kept = models.Account.objects.get(pk=made.id)
    assert secret.encode() not in bytes(kept.totp_secret)
    soon = later(seconds=60)
    with pytest.raises(errors.CodeNeeded):
        enter(at=soon)
    with pytest.raises(errors.CodeRefused):
        enter(at=soon, code=codes.at(AT))
    assert enter(at=soon, code=codes.at(soon)).account_id == made.id
    with pytest.raises(errors.CodeRefused):
        enter(at=later(seconds=61), code=codes.at(soon))
    actions.turn_off_totp(account_id=made.id, actor=ADMIN, at=soon)
    assert enter(at=later(seconds=90)).account_id == made.id
    with pytest.raises(errors.OneTimeCodesOff):
        actions.turn_off_totp(account_id=made.id, actor=ADMIN, at=soon)


def test_wrong_codes_count_as_failures(database):
    made = account()
    actor = actors.actor_for_account(made.id, at=AT)
    secret, _ = actions.begin_totp(actor=actor)
    actions.confirm_totp(secret=secret, code=pyotp.TOTP(secret).at(AT), actor=actor, at=AT)
    for _ in range(5):
        with pytest.raises(errors.CodeRefused):
            enter(code="000000", at=later(minutes=1))
    with pytest.raises(errors.TooManyAttempts):
        enter(code=pyotp.TOTP(secret).at(later(minutes=1)), at=later(minutes=1))


@pytest.mark.parametrize(
    ("age_minutes", "idle_minutes", "is_over"),
    [(1, 1, False), (719, 29, False), (719, 30, True), (720, 0, True)],
)
def test_sessions_end_by_age_and_idleness(age_minutes, idle_minutes, is_over):
    session = {
        "started_at": later(minutes=-age_minutes),
        "seen_at": later(minutes=-idle_minutes),
        "at": AT,
    }
    if is_over:
        with pytest.raises(errors.SessionOver):
            rules.require_session(**session)
    else:
        rules.require_session(**session)


def test_log_is_kept_half_a_year_and_then_forgotten(database):
    account()
    enter()
    assert actions.forget_old(at=later(days=184))["attempts"] == 0
    assert actions.forget_old(at=later(days=191))["attempts"] == 1
    assert queries.find_account_id(login="li.ping") is not None


def test_ended_sessions_are_forgotten(database):
    from django.contrib.sessions.models import Session

    for key, hours in (("ended", -1), ("open", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=later(hours=hours))
    assert actions.forget_old(at=AT)["sessions"] == 1
    assert Session.objects.get().session_key == "open"


@pytest.fixture
def committed(shared_database):
    """The module's database without the transaction around the test, cleaned up after it."""
    yield shared_database
    models.LoginAttempt.objects.all().delete()
    models.Account.objects.all().delete()


def test_guesses_at_the_same_moment_do_not_slip_through(committed):
    from django.db import connection

    account("crowd")
    outcomes = []

    def guess():
        try:
            enter("wrong", login="crowd")
        except KangmaiError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["LoginRefused"] * 5 + ["TooManyAttempts"] * 7
