"""Contracts from the request to the renewal: what is agreed, what is refused, what the year's visits fulfil."""

import dataclasses
import datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from kangmai.identity import actions as index
from kangmai.identity import queries as identity
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.kernel.feed import Event
from kangmai.programmes.contracts import actions, errors, handlers, models, queries
from kangmai.programmes.contracts.types import Show, State, TeamFacts
from tests.programmes.contracts import factories as f
from tests.programmes.contracts.factories import AT, TODAY, Town

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat
DAY = datetime.timedelta(days=1)


def held(contract, town, *, at=AT):
    return queries.get_contract(contract.id, actor=f.township(town), at=at)


def test_a_team_is_of_people_who_work_there(town: Town) -> None:
    team = f.founded(town)
    assert [(each.name, each.duty) for each in team.members] == [("陈慧敏", "general_practitioner"), ("何护士", "nurse")]  # fmt: skip
    facts = TeamFacts("健康团队", town.leader, ((town.leader, "general_practitioner"),))
    refused = [
        (dataclasses.replace(facts, name="队"), errors.NameMissing),
        (dataclasses.replace(facts, name=team.name), errors.NameTaken),
        (dataclasses.replace(facts, leader=town.nurse), errors.LeaderMissing),
        (dataclasses.replace(facts, members=((town.leader, "cook"),)), errors.DutyUnknown),
        (TeamFacts("健康团队", town.stranger, ((town.stranger, "nurse"),)), errors.MemberUnknown),
    ]
    for said, error in refused:
        with pytest.raises(error) as fault:
            f.founded(town, facts=said)
        assert "{" not in fault.value.message("zh") + fault.value.message("en")
    changed = actions.change_team(team_id=team.id, facts=facts, expected_version=1, actor=f.township(town), at=AT)  # fmt: skip
    assert (changed.name, len(changed.members), changed.version) == ("健康团队", 1, 2)
    with pytest.raises(ChangedMeanwhile):
        actions.change_team(team_id=team.id, facts=facts, expected_version=1, actor=f.township(town), at=AT)  # fmt: skip
    f.signed(town, f.resident(), team)
    close = {"team_id": team.id, "is_open": False, "expected_version": 2, "actor": f.township(town), "at": AT}  # fmt: skip
    with pytest.raises(errors.TeamBusy):
        actions.set_open(**close)
    assert not actions.set_open(**{**close, "at": AT + 366 * DAY}).is_open
    with pytest.raises(errors.TeamClosed):
        f.signed(town, f.resident(), team)


def test_one_resident_one_contract(town: Town) -> None:
    team, other, of, key = f.founded(town), f.founded(town), f.resident(), uuid4()
    contract = f.signed(town, of, team, terms=f.terms("hypertension", years=2), key=key)
    assert (contract.packages, contract.ends_on, contract.promised) == (("basic", "hypertension"), day("2028-05-03"), 6)  # fmt: skip
    assert f.signed(town, of, team, key=key).id == contract.id
    refused = [
        ({}, errors.ContractStands),
        ({"key": key, "resident_id": f.resident().id}, errors.KeyReused),
        ({"terms": f.terms(years=4)}, errors.YearsWrong),
        ({"terms": f.terms("gold")}, errors.PackageUnknown),
        ({"terms": f.terms("home_care")}, errors.FeeWrong),
        ({"terms": f.terms(fee="20")}, errors.FeeWrong),
        ({"terms": f.terms(begins_on=TODAY - 400 * DAY)}, errors.DayWrong),
        ({"team_id": uuid4()}, errors.TeamNotFound),
        ({"actor": f.officer(town)}, NotPermitted),
    ]
    for changes, error in refused:
        with pytest.raises(error) as fault:
            f.signed(town, of, team, **changes)
        assert "{" not in fault.value.message("zh") + fault.value.message("en")

    change = {"contract_id": contract.id, "team_id": other.id, "reason": "搬到另一个村", "key": uuid4(), "expected_version": 1, "actor": f.township(town), "at": AT + 10 * DAY}  # fmt: skip
    with pytest.raises(errors.SameTeam):
        actions.change(**{**change, "team_id": team.id})
    moved = actions.change(**change)
    assert actions.change(**change).id == moved.id
    assert (moved.team, moved.begins_on, moved.ends_on) == (other.id, day("2026-05-14"), day("2028-05-03"))  # fmt: skip
    before = held(contract, town)
    assert (before.state, before.ends_on, before.end_reason) == (State.ENDED, day("2026-05-13"), "changed_team")  # fmt: skip

    end = {"contract_id": moved.id, "reason": "wish", "note": "去外地子女家", "expected_version": 1, "actor": f.township(town), "at": AT + 20 * DAY}  # fmt: skip
    for changes, error in (({"reason": "bored"}, errors.ReasonUnknown), ({"note": " "}, errors.ReasonMissing), ({"expected_version": 7}, ChangedMeanwhile)):  # fmt: skip
        with pytest.raises(error):
            actions.end(**{**end, **changes})
    assert actions.end(**end).ends_on == day("2026-05-24")
    with pytest.raises(errors.NotInForce):
        actions.end(**{**end, "expected_version": 2, "at": AT + 30 * DAY})
    again = f.signed(town, of, team, terms=f.terms("home_care", begins_on=day("2026-06-01"), fee="240"), at=AT + 28 * DAY)  # fmt: skip
    assert (again.fee, again.promised) == (Decimal("240"), 9)
    years = models.ContractYear.objects.filter(contract=contract.id)
    assert [(each.ends_on, each.is_whole) for each in years] == [(day("2026-05-13"), False)]


def test_a_contract_is_renewed_near_its_end(town: Town) -> None:
    team, of = f.founded(town), f.resident()
    contract = f.signed(town, of, team)
    renew = {"contract_id": contract.id, "terms": f.terms("elderly", years=3), "key": uuid4(), "expected_version": 1, "actor": f.township(town), "at": AT}  # fmt: skip
    with pytest.raises(errors.TooEarly):
        actions.renew(**{**renew, "at": AT + 303 * DAY})
    near = AT + 304 * DAY
    assert contract.ends_on - 60 * DAY == day("2027-03-04") == near.date()
    listed = queries.contract_list(show=Show.ENDING, team=team.id, on=near.date(), actor=f.township(town))  # fmt: skip
    assert [each.id for each in listed.rows] == [contract.id]
    renewed = actions.renew(**{**renew, "at": near})
    assert actions.renew(**{**renew, "at": near}).id == renewed.id
    assert (renewed.begins_on, renewed.ends_on, renewed.renews) == (day("2027-05-04"), day("2030-05-03"), contract.id)  # fmt: skip
    assert held(contract, town).state is State.RENEWED
    assert not queries.contract_list(show=Show.ENDING, team=team.id, on=near.date(), actor=f.township(town)).rows  # fmt: skip
    with pytest.raises(errors.NotInForce):
        actions.renew(**{**renew, "key": uuid4(), "expected_version": 2, "at": near})
    # what had not begun is given up: the one before it stands alone again
    actions.end(contract_id=renewed.id, reason="mistake", note="登记错误", expected_version=renewed.version, actor=f.township(town), at=near)  # fmt: skip
    assert held(contract, town).state is State.SIGNED
    late = actions.renew(**{**renew, "key": uuid4(), "expected_version": held(contract, town).version, "at": AT + 380 * DAY})  # fmt: skip
    assert late.begins_on == (AT + 380 * DAY).date()


def test_a_resident_asks_and_the_team_answers(town: Town) -> None:
    team, far, of = f.founded(town), f.founded(town, organization=town.neighbour, facts=TeamFacts("邻镇团队", town.stranger, ((town.stranger, "nurse"),)), actor=f.next_door(town)), f.resident()  # fmt: skip
    me = f.himself(of)
    assert team.id in [each.id for each in queries.teams_for(f.VILLAGE, actor=me)]
    assert far.id not in [each.id for each in queries.teams_for(f.VILLAGE, actor=me)]
    ask = {"resident_id": of.id, "team_id": team.id, "packages": ("elderly",), "years": 1, "key": uuid4(), "actor": me, "at": AT}  # fmt: skip
    for changes, error in (({"team_id": far.id}, errors.NotTheirs), ({"team_id": uuid4()}, errors.TeamNotFound), ({"packages": ("home_care",)}, errors.FeeWrong)):  # fmt: skip
        with pytest.raises(error):
            actions.ask(**{**ask, **changes})
    asked = actions.ask(**ask)
    assert actions.ask(**ask).id == asked.id
    with pytest.raises(errors.AlreadyAsked):
        actions.ask(**{**ask, "key": uuid4()})
    with pytest.raises(errors.ReasonMissing):
        actions.refuse(contract_id=asked.id, reason="", expected_version=1, actor=me, at=AT)
    back = actions.refuse(contract_id=asked.id, reason="改主意", expected_version=1, actor=me, at=AT)  # fmt: skip
    assert back.state is State.REFUSED
    waiting = actions.ask(**{**ask, "key": uuid4()})
    rows = queries.contract_list(show=Show.ASKED, team=team.id, on=TODAY, actor=f.township(town)).rows  # fmt: skip
    assert [each.id for each in rows] == [waiting.id]
    accepted = actions.accept(contract_id=waiting.id, expected_version=1, actor=f.township(town), at=AT + DAY)  # fmt: skip
    assert (accepted.state, accepted.begins_on, accepted.asked_on) == (State.SIGNED, day("2026-05-05"), TODAY)  # fmt: skip
    with pytest.raises(errors.NotAsked):
        actions.accept(contract_id=waiting.id, expected_version=2, actor=f.township(town), at=AT + DAY)  # fmt: skip
    # a resident ends his own by his wish, whatever is said
    assert actions.end(contract_id=waiting.id, reason="mistake", note="不需要了", expected_version=2, actor=me, at=AT + 2 * DAY).end_reason == "wish"  # fmt: skip


def test_an_announced_visit_is_counted_at_once_for_its_resident_alone(town: Town) -> None:
    team, of, other = f.founded(town), f.resident(), f.resident()
    for each in (of, other):
        f.managed(town, each, "hypertension", "2026-05-10", systolic=130, diastolic=80)
    contracts = [f.signed(town, each, team, terms=f.terms("hypertension")) for each in (of, other)]
    models.ContractYear.objects.filter(contract__in=[each.id for each in contracts]).update(done=0)
    told = Event(1, 1, {"key": str(uuid4()), "data": {"resident": of.id, "programme": "hypertension"}})  # fmt: skip
    asked: list[int] = []
    with pytest.MonkeyPatch.context() as clock:  # the handler asks the clock; here the day is given
        clock.setattr(handlers, "reckon_residents", lambda ids, **_: asked.extend(ids))
        handlers.count([told, told])
    assert asked == [of.id]
    assert actions.reckon_residents(asked, actor=f.OPERATOR, at=AT + 120 * DAY) == 1
    done = [models.ContractYear.objects.get(contract=each.id).done for each in contracts]
    assert done == [2, 0]
    with pytest.raises(NotPermitted):
        actions.reckon_residents(asked, actor=f.officer(town), at=AT + 120 * DAY)


def test_visits_fulfil_without_retyping(town: Town) -> None:
    team, of = f.founded(town), f.resident()
    f.managed(town, of, "hypertension", "2026-04-20", "2026-05-10", "2026-08-10", systolic=130, diastolic=80)  # fmt: skip
    contract = f.signed(town, of, team, terms=f.terms("hypertension"))
    later = AT + 120 * DAY
    assert actions.reckon(actor=f.OPERATOR, at=later) >= 1
    found = {(each.package, each.item.id): each.done for each in queries.items_of(contract.id, on=later.date(), actor=f.township(town))}  # fmt: skip
    assert found["hypertension", "followup"] == 2  # the one of April was before the contract
    assert (found["hypertension", "exam"], found["basic", "guidance"], found["basic", "home_visit"]) == (0, 2, 0)  # fmt: skip
    assert (held(contract, town).done, held(contract, town).promised) == (3, 6)

    perform = {"contract_id": contract.id, "package": "basic", "item": "home_visit", "on": day("2026-06-01"), "note": "行动不便", "key": uuid4(), "actor": f.village(town), "at": later}  # fmt: skip
    refused = [
        ({"item": "followup", "package": "hypertension"}, errors.ItemUnknown),
        ({"package": "elderly", "item": "exam"}, errors.ItemUnknown),
        ({"on": day("2026-05-03")}, errors.DayWrong),
        ({"on": later.date() + DAY}, errors.DayWrong),
        ({"actor": f.next_door(town)}, errors.ContractNotFound),
    ]
    for changes, error in refused:
        with pytest.raises(error) as fault:
            actions.perform(**{**perform, **changes})
        assert "{" not in fault.value.message("zh") + fault.value.message("en")
    actions.perform(**perform)
    actions.perform(**perform)
    assert held(contract, town).done == 3  # as needed: counted, not promised
    shown = queries.services_of(contract.id, on=later.date(), actor=f.township(town))
    assert [(each.on, each.name) for each in shown] == [(day("2026-08-10"), "followup"), (day("2026-06-01"), "home_visit"), (day("2026-05-10"), "followup")]  # fmt: skip
    with pytest.raises(errors.ServiceNotFound):
        actions.undo(performed_id=uuid4(), reason="误录", actor=f.township(town), at=later)
    actions.undo(performed_id=shown[1].ref.id, reason="误录", actor=f.township(town), at=later)
    assert len(queries.services_of(contract.id, on=later.date(), actor=f.township(town))) == 2
    listed = queries.contract_list(show=Show.OPEN_ITEMS, team=team.id, on=later.date(), actor=f.township(town))  # fmt: skip
    assert [each.id for each in listed.rows] == [contract.id]


def test_answers_are_counted_by_team_and_few_are_hidden(town: Town) -> None:
    team, later = f.founded(town), AT + 5 * DAY
    for turn, score in enumerate((5, 4, 2, 5, 5)):
        of = f.resident()
        contract = f.signed(town, of, team)
        actions.perform(contract_id=contract.id, package="basic", item="consultation", on=TODAY, note="", key=uuid4(), actor=f.township(town), at=AT)  # fmt: skip
        (service,) = queries.services_of(contract.id, on=later.date(), actor=f.himself(of))
        rate = {"contract_id": contract.id, "service": service.ref, "score": score, "actor": f.himself(of), "at": later}  # fmt: skip
        for changes, error in (({"score": 6}, errors.ScoreWrong), ({"actor": f.himself(f.resident())}, errors.ContractNotFound), ({"at": AT + 31 * DAY}, errors.ServiceNotFound), ({"actor": f.township(town)}, NotPermitted)):  # fmt: skip
            with pytest.raises(error):
                actions.rate(**{**rate, **changes})
        figures = queries.figures_of([team], on=later.date(), actor=f.township(town))[team.id]
        assert (figures.valid, figures.ratings, figures.satisfied) == (turn + 1, 0, None)
        actions.rate(**rate)
        with pytest.raises(errors.RatedAlready):
            actions.rate(**rate)
    figures = queries.figures_of([team], on=later.date(), actor=f.officer(town))[team.id]
    assert (figures.ratings, figures.satisfied) == (5, Decimal("80.0"))


def test_who_sees_and_changes_what(town: Town) -> None:
    team, of = f.founded(town), f.resident()
    contract = f.signed(town, of, team)
    assert queries.may_change(contract, actor=f.village(town))
    for stranger in (f.next_door(town), f.officer(town), f.himself(f.resident())):
        with pytest.raises(errors.ContractNotFound):
            queries.get_contract(contract.id, actor=stranger, at=AT)
        assert queries.contracts_of(of.id, actor=stranger) == []
    assert contract.id not in [each.id for each in queries.contract_list(show=Show.VALID, limit=100, on=TODAY, actor=f.next_door(town)).rows]  # fmt: skip
    with pytest.raises(errors.TeamNotFound):
        queries.get_team(team.id, actor=f.next_door(town))
    with pytest.raises(NotPermitted):
        queries.contract_list(show=Show.VALID, on=TODAY, actor=f.officer(town))
    assert team.id in [each.id for each in queries.team_list(limit=100, actor=f.officer(town))]
    assert [each.id for each in queries.contracts_of(of.id, actor=f.himself(of))] == [contract.id]
    # the village signs for the town's team that serves it, and no other does
    assert f.signed(town, f.resident(), team, actor=f.village(town)).team == team.id
    with pytest.raises(errors.TeamNotFound):
        f.signed(town, f.resident(place_code="441203101"), team, actor=f.next_door(town))


def test_priority_groups_without_contract_are_listed(town: Town) -> None:
    team, first, second = f.founded(town), f.resident(), f.resident()
    f.managed(town, first, "diabetes")
    f.managed(town, second, "diabetes")
    f.managed(town, second, "elderly")
    f.signed(town, first, team)

    def asked(actor):
        return {each.resident: set(each.programmes) for each in queries.unsigned(limit=100, on=TODAY, actor=actor)}  # fmt: skip

    assert asked(f.village(town))[second.id] == {"diabetes", "elderly"}
    assert first.id not in asked(f.village(town))
    assert second.id not in asked(f.next_door(town))


def test_death_and_merge_end_a_contract_and_their_reversal_restores_it(town: Town) -> None:
    team, of, twin = f.founded(town), f.resident(), f.resident()
    first, second = f.signed(town, of, team, terms=f.terms(years=2)), f.signed(town, twin, team)

    def follow(*who):
        actions.follow_residents([each.id for each in who], actor=f.OPERATOR, at=AT + 9 * DAY)

    def died(on):
        now = identity.get_resident(of.id, actor=f.OPERATOR, at=AT)
        index.correct_resident(of.id, now.demographics, deceased_on=on, expected_version=now.version, actor=f.OPERATOR, at=AT + 9 * DAY)  # fmt: skip
        follow(of)

    died(day("2026-05-10"))
    ended = held(first, town)
    assert (ended.state, ended.end_reason, ended.ends_on) == (State.ENDED, "died", day("2026-05-10"))  # fmt: skip
    died(None)
    again = held(first, town)
    assert (again.state, again.end_reason, again.ends_on) == (State.SIGNED, "", day("2028-05-03"))
    assert models.ContractYear.objects.filter(contract=first.id, is_whole=True).count() == 2

    index.merge_residents(of.id, twin.id, reason="同一人", actor=f.OPERATOR, at=AT)
    follow(of)
    assert [held(each, town).end_reason for each in (first, second)] == ["", "merged"]
    # what the merge ended stays so while it holds, whatever becomes of the other contract
    actions.end(contract_id=first.id, reason="wish", note="不需要了", expected_version=held(first, town).version, actor=f.township(town), at=AT + 10 * DAY)  # fmt: skip
    follow(of)
    assert held(second, town).end_reason == "merged"
    index.unmerge_resident(twin.id, reason="误并", actor=f.OPERATOR, at=AT)
    follow(of, twin)
    assert [held(each, town).state for each in (first, second)] == [State.ENDED, State.SIGNED]
