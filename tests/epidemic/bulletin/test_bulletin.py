"""Figures counted again for any hour, their cards, and the bulletin from the draft to the public."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from kangmai.epidemic.bulletin import actions, errors, models, queries, rules
from kangmai.epidemic.bulletin.types import State, Why
from kangmai.epidemic.orders import actions as orders
from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.kernel.actor import NotPermitted
from tests.epidemic.bulletin.factories import (
    COUNTY,
    DRAFTER,
    HOUR,
    MINUTE,
    NEIGHBOUR,
    NEXT_DAY,
    NOON,
    SIGNER,
    draft,
    issue,
)
from tests.epidemic.nucleic_acid import factories as testing
from tests.epidemic.orders.factories import DISEASE_CONTROL, in_role

pytestmark = pytest.mark.usefixtures("database")


def values(town, *ids, by=DRAFTER, at=NOON, before=False):
    sheet = queries.figures(town.order.id, actor=by, at=at)
    lines = {each.figure: each.before if before else each.now for each in sheet.lines}
    return [(lines[id].value, lines[id].of) for id in ids]


def test_figures_are_counted_for_an_hour_and_again_for_the_hour_of_yesterday(town):
    assert values(town, "sampled", "tested", "late", "positive_tubes") == [(5, 12), (3, 5), (0, 1), (0, 1)]  # fmt: skip
    assert values(town, "new_cases", "close", "settled", "waiting") == [(1, 1), (1, None), (0, 1), (0, 1)]  # fmt: skip
    # before the first swab, and between the first tube and the second
    assert values(town, "sampled", "tested", at=NOON - 4 * HOUR + MINUTE) == [(0, 12), (0, 0)]
    assert values(town, "sampled", at=NOON - 4 * HOUR + 20 * MINUTE) == [(3, 12)]
    # the second day at noon: nothing sampled today, yesterday at this hour nothing was published yet
    assert values(town, "sampled", "tested", "late", at=NEXT_DAY) == [(0, 12), (0, 5), (1, 1)]
    assert values(town, "sampled", "tested", "late", at=NEXT_DAY, before=True) == [(5, 12), (0, 5), (0, 2)]  # fmt: skip
    sheet = queries.figures(town.order.id, actor=DRAFTER, at=NOON)
    assert {e.before.why for e in sheet.lines} == {Why.NOT_AVAILABLE}  # the order's first day
    assert sheet.line("quarantined").now.why is Why.NOT_ORDERED
    assert sheet.line("supply_days").now.why is Why.NOT_AVAILABLE  # no store: not zero days


def test_parts_add_up_and_everybody_sees_his_own(town):
    card = queries.card(town.order.id, "sampled", actor=DRAFTER, at=NOON)
    parts = dict(card.parts)
    assert (parts["441202"].value, parts["441203"].value) == (5, 0)
    assert sum(each.value for each in parts.values()) == card.line.now.value
    assert values(town, "sampled", by=COUNTY) == [(5, None)]  # the round's target is the city's
    assert values(town, "sampled", "close", by=NEIGHBOUR) == [(0, None), (0, None)]
    assert queries.figures(town.order.id, actor=NEIGHBOUR, at=NOON).areas == ("441203",)
    with pytest.raises(errors.FigureUnknown):
        queries.card(town.order.id, "happiness", actor=DRAFTER, at=NOON)
    with pytest.raises(NotPermitted):
        queries.figures(town.order.id, actor=in_role("nurse", 9, permissions=frozenset()), at=NOON)
    with pytest.raises(errors.OrderNotHere):
        elsewhere = in_role(
            "cdc_epidemiologist", 9, place="450700", permissions=frozenset({"bulletin.read"})
        )
        queries.figures(town.order.id, actor=elsewhere, at=NOON)


def test_two_people_in_two_roles_sign_and_nothing_changes_after(town):
    key = uuid4()
    made = draft(town, key=key, remark="社区筛查继续")
    assert draft(town, key=key).id == made.id
    with pytest.raises(errors.KeyReused):
        draft(town, key=key, by=in_role("cdc_epidemiologist", 705, permissions=frozenset({"bulletin.read", "bulletin.draft"})))  # fmt: skip
    with pytest.raises(errors.DraftWaits):
        draft(town)
    both = frozenset({"bulletin.read", "bulletin.draft", "bulletin.issue"})
    for by, error in (
        (in_role("commission_officer", 701, permissions=both), errors.SameHand),
        (in_role("cdc_epidemiologist", 706, permissions=both), errors.RoleMissing),
        (DRAFTER, NotPermitted),
    ):
        with pytest.raises(error):
            issue(made, by=by)
    signed = issue(made)
    assert (signed.state, signed.serial, signed.edition, signed.is_same) == (State.ISSUED, 1, 1, True)  # fmt: skip
    text = rules.text(signed, language="zh")
    assert "采样 5 人（当日开放轮次的目标人数 12，占 41.7%）" in text
    assert (
        f"依据命令 {town.order.number}《城东应急处置》" in text and "截至 2026-11-20 14:00" in text
    )
    assert "Quarantine" not in text and "社区筛查继续" in text
    # what happens later changes the command page, and not the bulletin
    testing.take(town.testing, testing.tube([town.testing.residents[6].index_number], minute=60))
    again = queries.get_bulletin(made.id, actor=DRAFTER, at=NOON)
    assert rules.text(again, language="zh") == text
    assert rules.text(again, language="en") == rules.text(signed, language="en")
    assert values(town, "sampled") == [(6, 12)]
    # the day after, the same count of yesterday comes to something else: a correction, never a silent change
    tomorrow = draft(town, at=NEXT_DAY)
    assert [(e.figure, e.stated, e.now) for e in tomorrow.sheet.corrections] == [("sampled", 5, 6)]
    assert "更正：昨日通报采样 5，现核为 6。" in rules.text(tomorrow, language="zh")
    for change in ("SET remark = 'x'", "SET content = '{}'", "SET state = 'draft'"):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            models.Bulletin.objects.raw(f"UPDATE bulletin_bulletin {change} WHERE id = %s RETURNING id", [made.id])[0]  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        models.Bulletin.objects.filter(id=made.id).delete()


def test_a_draft_is_given_back_and_a_day_has_editions(town):
    made = draft(town)
    with pytest.raises(errors.ReasonMissing):
        actions.give_back(bulletin_id=made.id, reason="", expected_version=1, actor=SIGNER, at=NOON)
    with pytest.raises(errors.BulletinUnknown):
        actions.give_back(bulletin_id=uuid4(), reason="x", expected_version=1, actor=SIGNER, at=NOON)  # fmt: skip
    back = actions.give_back(bulletin_id=made.id, reason="缺备注", expected_version=1, actor=SIGNER, at=NOON)  # fmt: skip
    assert (back.state, back.reason) == (State.RETURNED, "缺备注")
    with pytest.raises(errors.NotInThisState):
        issue(back)
    first = issue(draft(town))
    second = issue(draft(town, at=NOON + HOUR), at=NOON + HOUR)
    assert [(e.serial, e.edition) for e in (first, second)] == [(1, 1), (2, 2)]
    # a county sees figures of its part, and neither writes nor reads the bulletin of the whole
    with pytest.raises(errors.NotTheWholeArea):
        draft(town, by=COUNTY)
    assert queries.bulletins(actor=COUNTY, at=NOON) == ((), "")
    with pytest.raises(errors.BulletinUnknown):
        queries.get_bulletin(first.id, actor=NEIGHBOUR, at=NOON)
    assert len(queries.bulletins(actor=SIGNER, at=NOON)[0]) == 3


def release(of, *, authority="", document="", with_outbreak=False, by=SIGNER):
    return actions.release(
        bulletin_id=of.id, authority=authority, document=document, with_outbreak=with_outbreak,
        expected_version=of.version, actor=by, at=NOON,
    )  # fmt: skip


def test_the_public_reads_outbreak_figures_only_with_an_authority(town):
    made = issue(draft(town))
    assert queries.published(at=NOON) == ()
    for given in ({}, {"authority": "市卫生健康局"}, {"document": "1号"}):
        with pytest.raises(errors.AuthorityMissing):
            release(made, with_outbreak=True, **given)
    with pytest.raises(NotPermitted):
        release(made, by=DRAFTER)
    out = release(made)
    (seen,) = queries.published(at=NOON)
    public = rules.text(seen, language="zh", release=seen.release, public=True)
    assert "采样 5 人" in public and "新增病例" not in public and "阳性" not in public
    assert public.splitlines()[1].startswith("依据命令")
    with pytest.raises(errors.NotInThisState):
        release(out)
    second = release(issue(draft(town)), authority="省疾病预防控制局", document="授权〔2026〕3号", with_outbreak=True)  # fmt: skip
    (seen,) = queries.published(at=NOON)
    assert seen.id == second.id  # the last edition of the day
    assert "新增病例 1 例" in rules.text(seen, language="zh", release=seen.release, public=True)


def test_when_the_order_ends_everything_sleeps(town):
    made = release(issue(draft(town)))
    order = orders.end(order_id=town.order.id, reason="疫情结束", expected_version=town.order.version, actor=DISEASE_CONTROL, at=NOON + HOUR)  # fmt: skip
    later = order.over_at + timedelta(minutes=1)
    for call in (
        lambda: queries.figures(town.order.id, actor=DRAFTER, at=later),
        lambda: queries.get_bulletin(made.id, actor=DRAFTER, at=later),
        lambda: queries.published(at=later),
        lambda: draft(town, at=later),
    ):
        with pytest.raises(NoOrderInForce):
            call()
