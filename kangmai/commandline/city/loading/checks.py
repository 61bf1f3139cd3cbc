"""The work of the invented village doctors: two yearly checks, one closed and one under way, and two kits.

Everything is done by the rooms' own actions; which records are found untrue is invented.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from kangmai.access import queries as access
from kangmai.access.actors import actor_for_account
from kangmai.kernel.actor import Actor
from kangmai.programmes.kit import actions as kits
from kangmai.programmes.kit.queries import limits
from kangmai.programmes.workload import actions, queries
from kangmai.programmes.workload.errors import NothingToCheck
from kangmai.standards.calendars import legal_day

UNTRUE = "电话核实：本人称当日未见医生"
NOT_FOUND = "查无此次服务的纸质记录"
ANSWER = "当日入户测量，家属可以证明"


def load_checks(*, actor: Actor, at: datetime) -> None:
    """Last year of one village is checked and closed, this year of another is being looked at; kits are prepared."""
    year = legal_day(at).year
    first, second = (_doctor(login, at) for login in ("village", "village2"))
    for check in _drawn(first, year - 1, actor, at):
        _judge(check, actor, at, until=None)
        version = queries.get_check(check, actor=actor, at=at).version
        actions.close(check_id=check, expected_version=version, actor=actor, at=at)
    for check in _drawn(second, year, actor, at):
        _judge(check, actor, at, until=5)
        if queries.get_check(check, actor=actor, at=at).size >= 2:
            actions.answer(check_id=check, number=2, text=ANSWER, actor=second, at=at)
    _kits(first, at)


def _doctor(login: str, at: datetime) -> Actor:
    account = access.find_account_id(login=login)
    assert account is not None
    return actor_for_account(account, at=at)


def _drawn(doctor: Actor, year: int, actor: Actor, at: datetime) -> Iterator[UUID]:
    """The check of a doctor's clinic; none where nothing was done there in the year."""
    organization = doctor.grants[0].organization
    assert organization is not None
    try:
        yield actions.draw(
            organization=organization, year=year, seed=f"demo-{year}", actor=actor, at=at
        )
    except NothingToCheck:
        return


def _judge(check: UUID, actor: Actor, at: datetime, *, until: int | None) -> None:
    """The second record was untrue and the fifth not found; the others are true."""
    invented = {2: ("untrue", UNTRUE), 5: ("not_found", NOT_FOUND)}
    for record in queries.records_of(check, actor=actor, at=at)[:until]:
        verdict, note = invented.get(record.number, ("true", ""))
        actions.judge(
            check_id=check, number=record.number, verdict=verdict, note=note, actor=actor, at=at
        )


def _kits(doctor: Actor, at: datetime) -> None:
    """One kit in use, and one whose phone was lost."""
    ahead = limits(on=legal_day(at)).ahead_days[0]
    made = kits.register(name="出诊手机", actor=doctor, at=at)
    after, is_more = "", True
    while is_more:
        portion = kits.pack(
            kit_id=made.kit.id, token=made.token, ahead_days=ahead, after=after, actor=doctor, at=at
        )
        after = portion.after
        is_more = bool(after)
    lost = kits.register(name="旧手机（丢失）", actor=doctor, at=at - timedelta(days=3))
    kits.ask_erase(kit_id=lost.kit.id, actor=doctor, at=at)
