"""Cards from report to the city's check, deaths that ask for one, reviews without names: who may, what is refused."""

import datetime
from uuid import uuid4

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State as Clock
from kangmai.deadlines.types import Subject
from kangmai.forms.errors import AnswersRefused
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.programmes.deaths import actions as deaths
from kangmai.programmes.deaths.types import Cause, Line, Told
from kangmai.programmes.monitoring import actions, errors, models, queries
from kangmai.programmes.monitoring.handlers import FOLLOWER
from kangmai.programmes.monitoring.types import Level, Purpose, ReviewState, Show, State
from tests.programmes.births.factories import OPERATOR, actor
from tests.programmes.monitoring import factories as f
from tests.programmes.monitoring.factories import AT, Town

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat


def clocks(card: object, who: object) -> dict[str, Clock]:
    found = deadlines.of_subject(Subject("monitored_card", str(card.id)), actor=who)
    return {each.definition: each.state for each in found}


def test_a_defect_goes_from_hospital_to_county_to_city_by_three_people(town: Town) -> None:
    card, key = f.reported(town, "birth_defect", mother := f.resident(), key=(key := uuid4())), key
    assert f.reported(town, "birth_defect", mother, key=key).id == card.id
    assert (card.number, card.codes, card.is_counted, card.is_late) == ("BD441202-2026-00001", ("06",), True, False)  # fmt: skip
    assert clocks(card, f.county(town)) == {"mch_card_check_7d": Clock.OPEN}
    same = {"card_id": card.id, "at": AT}
    with pytest.raises(NotPermitted):
        actions.check(expected_version=1, actor=f.reporter(town), **same)
    with pytest.raises(errors.CardNotFound):
        actions.check(expected_version=1, actor=f.next_door(town), **same)
    with pytest.raises(errors.OwnCard):
        actions.check(expected_version=1, actor=f.county(town, account=5), **same)
    back = actions.give_back(reason="缺诊断依据", expected_version=1, actor=f.county(town), **same)
    assert back.state is State.RETURNED
    fixed = {"given": {**f.DEFECT, "defects": ("06", "23")}, "reason": "补超声", "actor": f.reporter(town)}  # fmt: skip
    with pytest.raises(ChangedMeanwhile):
        actions.correct(expected_version=1, **fixed, **same)
    with pytest.raises(errors.CardNotFound):
        actions.correct(expected_version=2, **{**fixed, "actor": f.colleague(town)}, **same)
    mended = actions.correct(expected_version=2, **fixed, **same)
    assert (mended.state, mended.codes) == (State.REPORTED, ("06", "23"))
    kept = models.Step.objects.get(deed="corrected")
    assert kept.before and "林晓燕".encode() not in bytes(kept.before)
    once = actions.check(expected_version=3, actor=f.county(town), **same)
    assert once.state is State.COUNTY
    assert clocks(card, f.county(town)) == {"mch_card_check_7d": Clock.MET}
    with pytest.raises(errors.LevelNotYours):
        actions.check(expected_version=4, actor=f.county(town, account=10), **same)
    done = actions.check(expected_version=4, actor=f.city(town), **same)
    assert (done.state, [each.deed.value for each in done.steps]) == (State.CITY, ["reported", "returned", "corrected", "checked", "checked"])  # fmt: skip
    with pytest.raises(errors.WrongState):
        actions.check(expected_version=5, actor=f.city(town, account=20), **same)


def test_what_a_card_refuses_saves_nothing(town: Town) -> None:
    woman, man = f.resident(), f.resident(name="郑国栋", sex_code="1")
    refused = [
        ("birth_defect", woman, {"name": "林晓"}, errors.NotNamed),
        ("birth_defect", woman, {"number": "0000000000019"}, errors.NotNamed),
        ("birth_defect", man, {}, AnswersRefused),
        ("birth_defect", woman, {"card": {"weeks": "46"}}, AnswersRefused),
        ("birth_defect", woman, {"card": {"born_on": "2026-05-05"}}, AnswersRefused),
        ("birth_defect", woman, {"card": {"born_on": "2026-03-01", "found_on": "2026-05-01", "confirm.born_on": "2026-03-01"}}, errors.CardRefused),
        ("child_death", man, {}, errors.NotForThisPerson),
        ("nothing", woman, {}, errors.KindUnknown),
        ("birth_defect", woman, {"actor": f.county(town)}, NotPermitted),
    ]  # fmt: skip
    f.GIVEN["nothing"] = {}
    for kind, who, changes, error in refused:
        with pytest.raises(error) as fault:
            f.reported(town, kind, who, **changes)
        assert "{" not in fault.value.message("zh") + fault.value.message("en")
    assert models.Card.objects.count() == 0
    first = f.reported(town, "birth_defect", woman)
    with pytest.raises(errors.CardStands):
        f.reported(town, "birth_defect", woman)
    twin = f.reported(town, "birth_defect", woman, ordinal=2)
    assert twin.number != first.number
    # a woman dies once: nobody tells two such cards apart by a number
    f.reported(town, "maternal_death", woman)
    with pytest.raises(errors.CardStands):
        f.reported(town, "maternal_death", woman, ordinal=2)
    with pytest.raises(errors.KeyReused):
        f.reported(town, "birth_defect", f.resident(name="陈美玲"), key=models.Card.objects.get(id=first.id).key)  # fmt: skip
    gone = actions.void(card_id=first.id, reason="重复", expected_version=1, actor=f.county(town), at=AT)  # fmt: skip
    with pytest.raises(errors.WrongState):
        actions.correct(card_id=first.id, given=f.DEFECT, reason="再改", expected_version=gone.version, actor=f.reporter(town), at=AT)  # fmt: skip


def test_lists_and_lines_end_at_the_own_house_and_places_and_opening_is_kept(town: Town) -> None:
    card = f.reported(town, "maternal_death", f.resident())
    listed = {
        who: [each.number for each in queries.search_cards(kind="maternal_death", show=Show.ALL, actor=actor)]
        for who, actor in {"own": f.reporter(town), "colleague": f.colleague(town), "county": f.county(town), "city": f.city(town), "there": f.next_door(town)}.items()
    }  # fmt: skip
    assert listed == {"own": [card.number], "colleague": [], "county": [card.number], "city": [card.number], "there": []}  # fmt: skip
    (row,) = queries.search_cards(kind="maternal_death", show=Show.WAITING, actor=f.county(town))
    assert row.name == "林＊＊"
    days = {"kind": "maternal_death", "from_on": day("2026-05-01"), "to_on": day("2026-05-31")}
    (line,) = queries.line_list(**days, actor=f.county(town))
    assert (line.codes, line.kept["time"], line.is_counted) == (("01",), "delivery", True)
    assert queries.line_list(**days, actor=f.next_door(town)) == []
    with pytest.raises(NotPermitted):
        queries.line_list(**days, actor=f.reporter(town))
    for stranger in (f.colleague(town), f.next_door(town)):
        with pytest.raises(errors.CardNotFound):
            actions.open_card(card.id, actor=stranger, at=AT)
    assert queries.readings_of(card.id, actor=f.county(town)) == []
    found = actions.open_card(card.id, actor=f.county(town), at=AT)
    assert found.content.person.name == "林晓燕"
    actions.open_card(card.id, purpose=Purpose.PRINTED, actor=f.reporter(town), at=AT)
    log = queries.readings_of(card.id, actor=f.county(town))
    assert [(each.account, each.purpose) for each in log] == [(5, Purpose.PRINTED), (9, Purpose.OPENED)]  # fmt: skip
    with pytest.raises(errors.CardNotFound):
        queries.readings_of(card.id, actor=f.next_door(town))


def test_a_death_is_reviewed_without_its_name_by_experts_of_other_houses(town: Town) -> None:
    card = f.reported(town, "maternal_death", f.resident())
    call = {"card_id": card.id, "meets_on": day("2026-05-20"), "at": AT}
    with pytest.raises(errors.WrongState):
        actions.call_review(level=Level.COUNTY, actor=f.county(town), **call)
    actions.check(card_id=card.id, expected_version=1, actor=f.county(town), at=AT)
    for level, who, error in (
        (Level.CITY, f.county(town), errors.LevelNotYours),
        (Level.CITY, f.city(town), errors.LevelTooEarly),
        (Level.COUNTY, f.next_door(town), errors.CardNotFound),
    ):
        with pytest.raises(error):
            actions.call_review(level=level, actor=who, **call)
    review = actions.call_review(level=Level.COUNTY, actor=f.county(town), **call)
    with pytest.raises(errors.ReviewStands):
        actions.call_review(level=Level.COUNTY, actor=f.county(town), **call)
    first, second = f.expert(town.other, 31), f.expert(town.other, 32)
    own, there = f.expert(town.hospital, 33), f.next_door(town)
    assert [each.id for each in queries.reviews_to_assess(actor=first)] == [review.id]
    assert queries.reviews_to_assess(actor=own) == queries.reviews_to_assess(actor=there) == []
    case = actions.open_case(review.id, actor=first, at=AT)
    shown = repr((case.answers, case.elapsed, case.case))
    assert "某某在某机构产后大出血" in shown
    for hidden in ("林晓燕", "区人民医院", "李医生", "2026", "date("):
        assert hidden not in shown
    assert ([each[1] for each in case.elapsed], case.age_days) == ([1], 11019)
    with pytest.raises(errors.OwnInstitution):
        actions.open_case(review.id, actor=own, at=AT)
    with pytest.raises(errors.ReviewNotFound):
        actions.open_case(review.id, actor=there, at=AT)
    with pytest.raises(NotPermitted):
        actions.open_card(card.id, actor=first, at=AT)
    give = {"review_id": review.id, "at": AT}
    with pytest.raises(errors.JudgementUnreadable):
        actions.assess(told=f.judged(cells=("health:luck",)), actor=first, **give)
    with pytest.raises(errors.OwnInstitution):
        actions.assess(told=f.judged(), actor=own, **give)
    actions.assess(told=f.judged("not_avoidable"), actor=first, **give)
    assert actions.assess(told=f.judged(), actor=first, **give).all_opinions == ()
    end = {"review_id": review.id, "told": f.judged(), "held_on": day("2026-05-03"), "expected_version": 1, "at": AT}  # fmt: skip
    with pytest.raises(errors.TooFewOpinions):
        actions.conclude(actor=f.county(town), **end)
    actions.assess(told=f.judged("not_avoidable"), actor=second, **give)
    with pytest.raises(errors.MeetingDayWrong):
        actions.conclude(actor=f.county(town), **{**end, "held_on": day("2026-05-05")})
    done = actions.conclude(actor=f.county(town), **end)
    assert (done.state, done.judgement.avoidable) == (ReviewState.CONCLUDED, "avoidable")
    assert [each.judgement.avoidable for each in done.all_opinions] == ["avoidable", "not_avoidable"]  # fmt: skip
    with pytest.raises(errors.ReviewOver):
        actions.assess(told=f.judged(), actor=second, **give)
    assert clocks(card, f.county(town))["death_review_60d"] is Clock.MET
    above = actions.call_review(level=Level.CITY, actor=f.city(town), **call)
    assert above.level is Level.CITY
    row = models.Opinion.objects.first()
    assert "输血".encode() not in bytes(row.content)
    log = {each.purpose for each in queries.readings_of(card.id, actor=f.city(town))}
    assert log == {Purpose.REVIEWED}
    with pytest.raises(errors.NoReview):
        actions.call_review(level=Level.COUNTY, actor=f.county(town), **{**call, "card_id": f.reported(town, "birth_defect", f.resident()).id})  # fmt: skip


def certified(town: Town, of: object, code: str, died: str) -> object:
    at = datetime.datetime.fromisoformat(f"{died}T06:00+00:00")
    told = Told(at, "1", "2", "4", (Cause(Line.A, "—", code),), Line.A)
    doctor = actor(town.hospital, "deaths.read", "deaths.certify", account=5)
    return deaths.issue(number=of.index_number, name=of.demographics.name, told=told, is_checked=True, key=uuid4(), actor=doctor, at=AT)  # fmt: skip


def waits(kind: str, who: object) -> list[tuple[int, str, datetime.date]]:
    return [
        (each.resident, each.why, each.due_on) for each in queries.awaited(kind=kind, actor=who)
    ]


def test_a_certificate_of_a_child_or_a_mother_asks_for_its_card(town: Town) -> None:
    child = f.resident(name="林小宝", sex_code="1", birth_date=day("2026-04-30"))
    woman, old = f.resident(), f.resident(name="梁秀英", birth_date=day("1946-02-03"))
    papers = [certified(town, child, "P07.3", "2026-05-02"), certified(town, woman, "O72.1", "2026-05-02"), certified(town, old, "I21.9", "2026-05-02")]  # fmt: skip
    actions.follow_certificates([each.id for each in papers] * 2, actor=FOLLOWER, at=AT)
    assert waits("child_death", f.county(town)) == [(child.id, "age", day("2026-05-09"))]
    assert waits("maternal_death", f.reporter(town)) == [(woman.id, "cause", day("2026-05-09"))]
    for stranger in (f.next_door(town), f.colleague(town)):
        assert waits("child_death", stranger) == waits("maternal_death", stranger) == []
    f.reported(town, "child_death", child)
    assert waits("child_death", f.county(town)) == []
    void = deaths.void(certificate_id=papers[1].id, reason="张冠李戴", expected_version=1, actor=OPERATOR, at=AT)  # fmt: skip
    actions.follow_certificates([void.id], actor=FOLLOWER, at=AT)
    assert waits("maternal_death", f.reporter(town)) == []
