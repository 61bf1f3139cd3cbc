"""What work comes to and which records are looked at, without a database."""

import datetime
import uuid
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.programmes.workload import rules
from kangmai.programmes.workload.errors import QuarterUnreadable
from kangmai.programmes.workload.rulebook import rule
from kangmai.programmes.workload.types import Quarter, Verdict

RULE = rule(on=datetime.date(2026, 3, 1))
ROOT = Path(__file__).parents[3]
IDS = [uuid.UUID(int=number) for number in range(200)]


def test_a_quarter_begins_and_ends_on_its_days() -> None:
    days = [(q.begins_on, q.ends_before) for q in (Quarter(2025, n) for n in (1, 2, 3, 4))]
    firsts = [datetime.date(2025, month, 1) for month in (1, 4, 7, 10)]
    assert days == list(zip(firsts, [*firsts[1:], datetime.date(2026, 1, 1)], strict=True))
    assert Quarter(2025, 1).before() == Quarter(2024, 4)
    assert rules.read_quarter("2025-Q3") == Quarter(2025, 3)
    for text in ("2025-Q5", "2025Q1", "1999-Q1", ""):
        with pytest.raises(QuarterUnreadable):
            rules.read_quarter(text)


def test_the_worked_example_of_the_page() -> None:
    fund = rules.fund_of(Quarter(2025, 2), 1000, rule=RULE)
    assert fund is not None and fund.yuan == Decimal("9900.00")
    points = rules.points_of({"ht_followup": 30, "elderly_exam": 10}, rule=RULE)
    pay = rules.pay_of(points, town_points=Decimal(6000), fund=fund, share_untrue=Decimal("0.1"))
    assert (pay.points, pay.paid_points, pay.worth, pay.amount) == (
        Decimal(600), Decimal("540.00"), Decimal("1.6500"), Decimal("891.00"),
    )  # fmt: skip
    assert rules.fund_of(Quarter(2010, 1), 1000, rule=RULE) is None


def test_a_sample_is_drawn_again_by_its_seed() -> None:
    first = rules.sample(IDS, seed="2026", size=5)
    assert first == rules.sample(reversed(IDS), seed="2026", size=5)
    page = (ROOT / "docs" / "algorithms" / "work_and_pay.md").read_text(encoding="utf-8")
    assert ", ".join(str(each.int) for each in first) in page
    assert [each.int for each in first] == [
        each.int for each in rules.sample(IDS, seed="2026", size=20)[:5]
    ]
    assert first != rules.sample(IDS, seed="2027", size=5)
    assert rules.hash_of(IDS) == rules.hash_of(list(reversed(IDS)))
    assert rules.hash_of(IDS) != rules.hash_of(IDS[1:])


def test_every_record_is_drawn_about_as_often() -> None:
    drawn = dict.fromkeys(IDS, 0)
    for seed in range(2000):
        for each in rules.sample(IDS, seed=str(seed), size=20):
            drawn[each] += 1
    # 2,000 draws of 20 from 200: 200 each, standard deviation 13.4; six of them either way
    assert all(120 < count < 280 for count in drawn.values())


@given(st.integers(1, 20_000))
def test_a_sample_is_never_larger_than_what_there_is(frame: int) -> None:
    size = rules.sample_size(frame, rule=RULE)
    assert min(frame, RULE.least) <= size <= min(frame, RULE.most)


@given(st.lists(st.sampled_from(list(Verdict)), max_size=60))
def test_the_share_untrue_lies_between_nothing_and_all(verdicts: list[Verdict]) -> None:
    share = rules.share_untrue(verdicts, rule=RULE)
    assert 0 <= share <= 1
    assert (share == 0) == all(each is Verdict.TRUE for each in verdicts)
