"""What keeps a dose from being given now, what a pre-check puts off, and when a cold place is too warm. Pure.

Source: 预防接种工作规范, 三查七对一验证 and the blocks of the reference (too early, interval, live vaccines,
expired or recalled lot); the schedule itself is `immunization`'s. From memory, see the definition.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from kangmai.kernel.words import Words
from kangmai.programmes.immunization.rules import (
    live_injected,
    row_if_given,
    series_of,
    vaccines,
)
from kangmai.programmes.immunization.types import Row, Status
from kangmai.programmes.vaccination.courses import course
from kangmai.programmes.vaccination.judging import words_of
from kangmai.programmes.vaccination.rulebook import (
    is_of_programme,
    rule,
    vaccine_codes,
    vaccine_words,
)
from kangmai.programmes.vaccination.sold import blocks_of_sale, is_sold
from kangmai.programmes.vaccination.types import (
    Block,
    Deferral,
    File,
    Fridge,
    Line,
    Package,
    Question,
    Rule,
    Severity,
)
from kangmai.programmes.vaccination.ways import blocks_of_way, routes_of, site_proposed, sites_of

__all__ = [
    "asked_deadline",
    "blocks",
    "blocks_of_package",
    "blocks_of_person",
    "blocks_of_way",
    "checks_of",
    "course",
    "deferred_until",
    "is_of_programme",
    "is_outside",
    "may_be_given",
    "next_appointment",
    "observed_until",
    "put_off",
    "routes_of",
    "rule",
    "series_of",
    "site_proposed",
    "sites_of",
    "vaccine_codes",
    "vaccine_words",
]

OPEN_STATUSES = ("due", "overdue", "upcoming", "not_yet")
LIVE_DAYS = 28


def blocks(
    file: File, vaccine: str, package: Package | None, *, organization: int, on: date
) -> tuple[Block, ...]:
    """Everything that keeps a vaccine from a person now: who he is, and what is in the package."""
    return blocks_of_person(file, vaccine, on=on) + blocks_of_package(
        package, vaccine, organization=organization, on=on
    )


def blocks_of_person(file: File, vaccine: str, *, on: date) -> tuple[Block, ...]:
    """Contraindicated, put off, too early, not needed, given today, too soon after a live vaccine."""
    found = [_of_deferral(each) for each in file.deferrals if each.holds(vaccine, on)]
    given = {(each.recorded.vaccine, each.recorded.day) for each in file.doses if each.recorded.day}
    if (vaccine, on) in given:
        found.append(_block("given_today", "今日已接种该疫苗", "it was given today"))
    lines = [each for each in (*file.lines, *file.voluntary) if each.vaccine == vaccine]
    offered = _of_schedule(lines[0].status, lines, on) if lines else []
    if lines and not offered:
        return tuple(found)
    if lines and not _is_sold(file, vaccine, lines[0].status):
        return (*found, *offered)
    return (*found, *_if_bought(file, vaccine, given, on))


def _is_sold(file: File, vaccine: str, status: str) -> bool:
    """Whether somebody who is not offered a vaccine may buy it: grown up, or before the age at which it is free."""
    return file.born is not None and is_sold(vaccine) and status != "contraindicated"


def _of_deferral(deferral: Deferral) -> Block:
    if deferral.until is None:
        return _block("contraindicated", "已登记禁忌", "a contraindication is recorded")
    day = deferral.until
    return _block("deferred", f"缓种至 {day}", f"put off until {day}")


def _of_schedule(status: str, lines: Sequence[Line], on: date) -> list[Block]:
    """By the first open dose of the vaccine; where none is open, by why not."""
    line = next((each for each in lines if each.status in OPEN_STATUSES), None)
    if line is None:
        reason = lines[0].reason
        code = status if status == "contraindicated" else "not_needed"
        return [Block(code, reason)]
    if line.earliest is not None and line.earliest > on:
        day = line.earliest
        zh = f"过早：{day} 起方可接种（{line.reason.zh}）"
        en = f"too early: not before {day} ({line.reason.en})"
        return [_block("too_early", zh, en)]
    return []


def _if_bought(
    file: File, vaccine: str, given: Collection[tuple[str, date | None]], on: date
) -> list[Block]:
    """A vaccine that is not offered: as the schedule would judge the dose, else by sex and age, and after live ones."""
    judged = file.child and file.born and row_if_given(file.child, vaccine, on=on)
    sex = file.child.sex if file.child else None
    return (
        (_of_judgement(judged, on) if judged else [])
        or [*blocks_of_sale(vaccine, born=file.born, sex=sex, on=on)]
        or _after_live(vaccine, given, on)
    )


def _of_judgement(row: Row, on: date) -> list[Block]:
    """What keeps a product in the place of another from being given: its dose would not count, or none is needed."""
    said = words_of(row)
    if row.earliest is None:
        return [_block("not_needed", f"程序不需要：{said.zh}", f"not needed: {said.en}")]
    if row.status is not Status.INVALID:
        return []
    day = date.fromordinal(row.earliest)
    if day <= on:
        return [Block("too_early", said)]
    return [_block("too_early", f"过早：按程序 {day} 起方可接种", f"too early: by the schedule not before {day}")]  # fmt: skip


def _after_live(vaccine: str, given: Collection[tuple[str, date | None]], on: date) -> list[Block]:
    """A live vaccine too soon after another."""
    if vaccine not in live_injected():
        return []
    days = [day for code, day in given if day and code in live_injected() and day != on]
    latest = max(days, default=None)
    if latest is None or (on - latest).days >= LIVE_DAYS:
        return []
    day = latest + timedelta(LIVE_DAYS)
    zh = f"过早：距上次注射减毒活疫苗不足{LIVE_DAYS}天，{day} 起方可接种"
    en = f"too early: less than {LIVE_DAYS} days after a live injection, not before {day}"
    return [_block("too_early", zh, en)]


def blocks_of_package(
    package: Package | None, vaccine: str, *, organization: int, on: date
) -> tuple[Block, ...]:
    """Unknown here, another vaccine, used up, expired, recalled, put aside by the cold chain."""
    if package is None or package.organization != organization:
        return (
            _block("unknown", "本单位没有该追溯码对应的疫苗", "no package with this code is here"),
        )
    found = []
    lot = package.lot
    if lot.vaccine != vaccine:
        name = vaccine_words(lot.vaccine)
        found.append(
            _block("wrong_product", f"扫描的是{name.zh}", f"what was scanned is {name.en}")
        )
    if package.left == 0:
        found.append(_block("used_up", "该追溯码的剂次已用完", "this package is used up"))
    if lot.expires_on < on:
        day = lot.expires_on
        found.append(_block("expired", f"疫苗已于 {day} 过期", f"expired on {day}"))
    if lot.recalled_on is not None:
        found.append(_block("recalled", "该批号已召回", "the lot was recalled"))
    if package.is_quarantined:
        found.append(
            _block("quarantined", "冷链异常，疫苗停用", "put aside: the cold chain was broken")
        )
    return tuple(found)


def _block(code: str, zh: str, en: str) -> Block:
    return Block(code, Words(zh, en))


def may_be_given(file: File, *, on: date) -> tuple[str, ...]:
    """The vaccines of the schedule that are due and nothing keeps from being given today, in its order."""
    due = dict.fromkeys(each.vaccine for each in file.lines if each.status in ("due", "overdue"))
    return tuple(each for each in due if not blocks_of_person(file, each, on=on))


def put_off(
    answered: Collection[str], chosen: Sequence[str], *, rule: Rule, on: date
) -> Mapping[str, tuple[tuple[str, ...], date | None]]:
    """What each question answered with yes puts off: vaccines (none named: all), and until when."""
    asked = [each for each in rule.questions if each.id in answered]
    return {each.id: (_vaccines(each, chosen), deferred_until(each, on)) for each in asked}


def _vaccines(question: Question, chosen: Sequence[str]) -> tuple[str, ...]:
    if question.vaccines == "all":
        return ()
    if question.vaccines == "chosen":
        return tuple(chosen)
    return tuple(code for code, entry in vaccines().items() if entry.get("live"))


def deferred_until(question: Question, on: date) -> date | None:
    """The last day of a deferral that begins on a day; None for good."""
    return None if question.days is None else on + timedelta(question.days - 1)


def next_appointment(file: File, *, on: date) -> tuple[date | None, tuple[str, ...]]:
    """The next day on which something is due, and what; doses put off wait for the end of that."""
    days: dict[date, list[str]] = {}
    for line in file.lines:
        if line.status not in OPEN_STATUSES or line.recommended is None:
            continue
        day = max(line.recommended, on + timedelta(1))
        holding = [each for each in file.deferrals if each.holds(line.vaccine, day)]
        if any(each.until is None for each in holding):
            continue
        day = max([day, *(each.until + timedelta(1) for each in holding if each.until)])
        if line.latest is None or day <= line.latest:
            days.setdefault(day, []).append(line.vaccine)
    if not days:
        return None, ()
    first = min(days)
    return first, tuple(dict.fromkeys(days[first]))


def is_outside(celsius: float, fridge: Fridge) -> bool:
    """Whether a temperature lies outside the limits of a cold place."""
    return not fridge.low <= celsius <= fridge.high


def asked_deadline(severity: Severity, *, rule: Rule) -> str:
    """The time limit within which a reaction must be reported."""
    return rule.deadlines[severity]


def checks_of(rule: Rule) -> frozenset[str]:
    """The ids of everything that is confirmed before an injection."""
    return frozenset(item.id for _, items in rule.checks for item in items)


def observed_until(since: datetime, *, rule: Rule) -> datetime:
    """Until when somebody is watched."""
    return since + timedelta(minutes=rule.observation_minutes)
