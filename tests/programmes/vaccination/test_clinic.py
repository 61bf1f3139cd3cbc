"""A clinic day from the door to the next appointment, and what keeps a dose from being given."""

import datetime
from dataclasses import replace
from uuid import uuid4

import orjson
import pytest

from kangmai.identity.errors import ResidentNotFound
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.kernel.words import Words
from kangmai.programmes.vaccination import actions, queries, rules
from kangmai.programmes.vaccination.errors import (
    Blocked,
    KeyReused,
    NotConfirmed,
    ObservationRuns,
    SiteUnknown,
    StillHere,
    TemperatureUnlikely,
    TraceCodeUnreadable,
    VisitNotFound,
    WrongStep,
)
from kangmai.programmes.vaccination.judging import judge
from kangmai.programmes.vaccination.types import (
    Deferral,
    DoseState,
    File,
    JudgedDose,
    Line,
    Lot,
    Package,
    Particulars,
    Recorded,
    Step,
)
from kangmai.records import queries as records
from tests.factories.concurrency import at_once
from tests.programmes.vaccination import factories
from tests.programmes.vaccination.factories import (
    AT,
    TODAY,
    agreed,
    arrive,
    child,
    code,
    desk,
    give,
    left,
    line,
    next_door,
    on_record,
    stock,
)

THREE_MONTHS = datetime.date(2026, 8, 20)


def minutes(n: int) -> datetime.datetime:
    return AT + datetime.timedelta(minutes=n)


def test_a_child_goes_through_the_clinic(database, town):
    nurse, baby = desk(town), child(THREE_MONTHS)
    on_record(baby, ("HepB", "2026-08-20"), ("BCG", "2026-08-20"), ("HepB", "2026-09-21"))
    stock(town, [line("DTaP", 1), line("IPV", 1), line("IPV", 2)])
    visit = arrive(baby, by=nurse)
    assert (visit.number, visit.step) == (1, Step.ARRIVED)
    assert {each.vaccine for each in visit.doses} == {"IPV", "DTaP"}
    visit = actions.pre_check(visit_id=visit.id, temperature=36.6, chosen=["IPV", "DTaP"], expected_version=1, actor=nurse, at=minutes(5))  # fmt: skip
    visit = actions.consent(visit_id=visit.id, by="parent", expected_version=2, actor=nurse, at=minutes(8))  # fmt: skip
    assert visit.step is Step.AGREED and visit.consented_at == minutes(8)

    first = give(visit, "IPV", code("IPV", 1), by=nurse, at=minutes(10))
    assert first.visit.step is Step.AGREED
    second = give(visit, "DTaP", code("DTaP", 1), by=nurse, site="RVL", at=minutes(12))
    assert second.visit.step is Step.OBSERVED
    assert second.visit.observe_until == minutes(42)
    assert left(town) == {"IPV": (1, 0)}

    kept = orjson.loads(records.get("Immunization", first.immunization, actor=nurse, at=AT).body)
    assert kept["lotNumber"] == "A1" and kept["expirationDate"] == "2027-11-22"
    assert kept["protocolApplied"] == [{"doseNumberPositiveInt": 1}]
    assert kept["site"]["coding"][0]["code"] == "LVL"
    assert kept["identifier"][0]["value"] == code("IPV", 1)

    with pytest.raises(ObservationRuns):
        actions.release(visit_id=visit.id, expected_version=5, actor=nurse, at=minutes(41))
    done = actions.release(visit_id=visit.id, expected_version=5, actor=nurse, at=minutes(42))
    assert done.step is Step.DONE
    assert (done.next_on, done.next_vaccines) == (datetime.date(2026, 12, 20), ("IPV", "DTaP"))
    file = queries.record_of(baby.id, actor=nurse, at=minutes(50))
    assert [each.recorded.vaccine for each in file.doses if each.is_valid] == ["BCG", "HepB", "HepB", "DTaP", "IPV"]  # fmt: skip


def test_a_fever_puts_off_everything_and_is_kept(database, town):
    nurse, baby = desk(town), child(THREE_MONTHS)
    visit = arrive(baby, by=nurse)
    chosen = [each.vaccine for each in visit.doses]
    ended = actions.pre_check(visit_id=visit.id, temperature=38.0, chosen=chosen, expected_version=1, actor=nurse, at=AT)  # fmt: skip
    assert ended.step is Step.DEFERRED
    assert {each.state for each in ended.doses} == {DoseState.DROPPED}
    (deferral,) = queries.record_of(baby.id, actor=nurse, at=AT).deferrals
    assert (deferral.question, deferral.until) == ("fever", datetime.date(2026, 11, 28))
    assert arrive(baby, by=nurse).doses == ()
    actions.end_deferral(deferral_id=deferral.id, reason="复查正常", expected_version=1, actor=nurse, at=AT)  # fmt: skip
    later = AT + datetime.timedelta(1)
    assert len(actions.check_in(resident_id=baby.id, key=uuid4(), actor=nurse, at=later).doses) > 2


def test_an_immunodeficient_child_gets_what_is_not_live(database, town):
    nurse, toddler = desk(town), child(datetime.date(2026, 3, 1))
    visit = arrive(toddler, by=nurse)
    chosen = [each.vaccine for each in visit.doses]
    assert {"MMR", "HepB"} <= set(chosen)
    found = actions.pre_check(visit_id=visit.id, temperature=36.5, answered=["immunodeficiency"], chosen=chosen, expected_version=1, actor=nurse, at=AT)  # fmt: skip
    states = {each.vaccine: each.state for each in found.doses}
    assert states["MMR"] is DoseState.DROPPED and states["HepB"] is DoseState.PLANNED
    file = queries.record_of(toddler.id, actor=nurse, at=AT)
    assert {each.status for each in file.lines if each.vaccine == "MMR"} == {"contraindicated"}


def test_what_is_refused_is_left_out(database, town):
    nurse, baby = desk(town), child(THREE_MONTHS)
    visit = arrive(baby, by=nurse)
    visit = actions.pre_check(visit_id=visit.id, temperature=36.5, chosen=["HepB", "IPV"], expected_version=1, actor=nurse, at=AT)  # fmt: skip
    visit = actions.consent(visit_id=visit.id, by="guardian", refused=["IPV"], expected_version=2, actor=nurse, at=AT)  # fmt: skip
    assert visit.step is Step.AGREED
    visit = actions.drop(visit_id=visit.id, vaccine="HepB", reason="缺苗", expected_version=3, actor=nurse, at=AT)  # fmt: skip
    assert visit.step is Step.DEFERRED


def test_faults_are_named_and_change_nothing(database, town):
    nurse, baby = desk(town), child(THREE_MONTHS)
    visit = arrive(baby, by=nurse)
    with pytest.raises(StillHere):
        arrive(baby, by=nurse)
    with pytest.raises(TemperatureUnlikely):
        actions.pre_check(visit_id=visit.id, temperature=365, chosen=["HepB"], expected_version=1, actor=nurse, at=AT)  # fmt: skip
    with pytest.raises(Blocked, match="too early"):
        actions.pre_check(visit_id=visit.id, temperature=36.5, chosen=["MMR"], expected_version=1, actor=nurse, at=AT)  # fmt: skip
    with pytest.raises(ChangedMeanwhile):
        actions.pre_check(visit_id=visit.id, temperature=36.5, chosen=["HepB"], expected_version=7, actor=nurse, at=AT)  # fmt: skip
    with pytest.raises(WrongStep):
        actions.consent(visit_id=visit.id, by="parent", expected_version=1, actor=nurse, at=AT)
    actions.leave(visit_id=visit.id, reason="改日再来", expected_version=1, actor=nurse, at=AT)
    visit = agreed(baby, "HepB", by=nurse)
    stock(town, [line("HepB", 1)])
    with pytest.raises(NotConfirmed):
        give(visit, "HepB", code("HepB", 1), by=nurse, confirmed=["name"])
    with pytest.raises(TraceCodeUnreadable):
        give(visit, "HepB", "6901234", by=nurse)
    with pytest.raises(SiteUnknown):
        give(visit, "HepB", code("HepB", 1), by=nurse, site="EAR")
    assert left(town) == {"HepB": (1, 0)}


def test_a_repeated_form_gives_one_dose(database, town):
    nurse, baby = desk(town), child(THREE_MONTHS)
    stock(town, [line("HepB", 1, doses=5)])
    visit, key = agreed(baby, "HepB", by=nurse), uuid4()
    first = give(visit, "HepB", code("HepB", 1), by=nurse, key=key)
    again = give(visit, "HepB", code("HepB", 1), by=nurse, key=key)
    assert again.is_repeated and again.immunization == first.immunization
    with pytest.raises(KeyReused):
        give(visit, "HepB", code("HepB", 1), by=nurse, key=key, site="LD")
    assert left(town) == {"HepB": (4, 0)}
    assert len(queries.record_of(baby.id, actor=nurse, at=AT).doses) == 1


def test_the_neighbour_town_sees_and_does_nothing(database, town):
    nurse, stranger, baby = desk(town), next_door(town), child(THREE_MONTHS)
    stock(town, [line("HepB", 1)])
    visit = agreed(baby, "HepB", by=nurse)
    assert queries.day(on=TODAY, actor=stranger) == []
    assert queries.day(organization=town.centre, on=TODAY, actor=stranger) == []
    for deed in (
        lambda: queries.get_visit(visit.id, actor=stranger),
        lambda: give(visit, "HepB", code("HepB", 1), by=stranger),
        lambda: actions.leave(visit_id=visit.id, reason="x", expected_version=3, actor=stranger, at=AT),
    ):  # fmt: skip
        with pytest.raises(VisitNotFound):
            deed()
    for deed in (
        lambda: arrive(baby, by=stranger),
        lambda: queries.record_of(baby.id, actor=stranger, at=AT),
        lambda: factories.elsewhere(baby, "HepB", "2026-09-21", by=stranger),
    ):
        with pytest.raises(ResidentNotFound):
            deed()
    reader = replace(nurse, grants=tuple(replace(each, permissions=frozenset({"vaccination.read"})) for each in nurse.grants))  # fmt: skip
    with pytest.raises(NotPermitted):
        arrive(baby, by=reader)


@pytest.mark.parametrize(
    ("vaccine", "changes", "expected"),
    [
        ("MMR", {}, ["too_early"]),
        ("MMR", {"line": {"earliest": TODAY}}, []),
        ("HepB", {}, []),
        ("HepB", {"package": None}, ["unknown"]),
        ("HepB", {"package": {"organization": 2}}, ["unknown"]),
        ("HepB", {"lot": {"vaccine": "MMR"}}, ["wrong_product"]),
        ("HepB", {"package": {"left": 0}}, ["used_up"]),
        ("HepB", {"lot": {"expires_on": TODAY}}, []),
        ("HepB", {"lot": {"expires_on": TODAY - datetime.timedelta(1)}}, ["expired"]),
        ("HepB", {"lot": {"recalled_on": TODAY}}, ["recalled"]),
        ("HepB", {"package": {"is_quarantined": True}}, ["quarantined"]),
        ("HepB", {"deferral": (("HepB",), TODAY)}, ["deferred"]),
        ("HepB", {"deferral": (("HepB",), TODAY - datetime.timedelta(1))}, []),
        ("HepB", {"deferral": ((), None)}, ["contraindicated"]),
        ("HepB", {"deferral": (("MMR",), None)}, []),
        ("HepB", {"given": ("HepB", TODAY)}, ["given_today"]),
        ("BCG", {}, ["not_needed"]),
        ("VarV", {"lot": {"vaccine": "VarV"}}, []),
        ("VarV", {"lot": {"vaccine": "VarV"}, "given": ("MMR", TODAY - datetime.timedelta(27))}, ["too_early"]),
        ("VarV", {"lot": {"vaccine": "VarV"}, "given": ("MMR", TODAY - datetime.timedelta(28))}, []),
        ("VarV", {"lot": {"vaccine": "VarV"}, "given": ("MMR", TODAY)}, []),
        ("HepB", {"lot": {"recalled_on": TODAY, "expires_on": datetime.date(2026, 1, 1)}, "deferral": ((), TODAY)}, ["deferred", "expired", "recalled"]),
    ],
)  # fmt: skip
def test_blocks(vaccine, changes, expected):
    words = Words("x", "x")
    day = datetime.date(2026, 12, 1)
    mmr = Line("mmr", "MMR", 1, "not_yet", day, day, None, words)
    file = File(
        on=TODAY,
        doses=tuple(JudgedDose(Recorded("1", 1, code, "", on), None, None, words) for code, on in [changes["given"]]) if "given" in changes else (),
        lines=(
            Line("bcg", "BCG", 1, "not_needed", None, None, None, words),
            Line("hepb", "HepB", 1, "due", TODAY, TODAY, None, words),
            replace(mmr, **changes.get("line", {})),
        ),
        deferrals=tuple(Deferral(uuid4(), "q", off, datetime.date(2026, 1, 1), until, None, "", 1) for off, until in [changes["deferral"]]) if "deferral" in changes else (),
        particulars=Particulars(),
        is_verified=False,
    )  # fmt: skip
    lot = Lot(uuid4(), vaccine if vaccine != "VarV" else "VarV", "p", "m", "A1", datetime.date(2027, 1, 1))  # fmt: skip
    lot = replace(lot, **changes.get("lot", {}))
    package = Package(uuid4(), "1" * 20, lot, uuid4(), 1, 1, 1, False)
    asked = changes.get("package", {})
    package = None if asked is None else replace(package, **asked)
    found = rules.blocks(file, vaccine, package, organization=1, on=TODAY)
    assert [each.code for each in found] == expected


@pytest.mark.parametrize(
    ("vaccine", "born", "expected"),
    [
        ("HPV9", datetime.date(2017, 9, 2), ["too_young"]),
        ("HPV9", datetime.date(2017, 9, 1), []),
        ("HPV9", datetime.date(1980, 9, 2), []),
        ("HPV9", datetime.date(1980, 9, 1), ["too_old"]),
        ("EV71", datetime.date(2026, 3, 2), ["too_young"]),
        ("EV71", datetime.date(2020, 9, 1), ["too_old"]),
        ("ZosV", datetime.date(1986, 9, 1), []),
        ("RabV", datetime.date(2026, 8, 1), []),
        ("PCV13", datetime.date(2026, 7, 22), ["too_young"]),
        ("PCV13", datetime.date(2026, 7, 21), []),
        ("HPV9", None, []),
    ],
)
def test_bought_vaccines_are_for_an_age(vaccine, born, expected):
    file = File(datetime.date(2026, 9, 1), (), (), (), Particulars(), False, born=born)
    found = rules.blocks_of_person(file, vaccine, on=file.on)
    assert [each.code for each in found] == expected


@pytest.mark.parametrize(
    ("vaccine", "born", "given", "expected"),
    [
        ("JE-I", datetime.date(2026, 8, 28), [], ["too_early"]),
        ("JE-I", TODAY - datetime.timedelta(239), [], ["too_early"]),
        ("JE-I", TODAY - datetime.timedelta(240), [], []),
        ("JE-I", datetime.date(2023, 1, 10), [("JE-L", datetime.date(2023, 9, 20))], ["not_needed"]),
        ("HepA-I", datetime.date(2026, 8, 28), [], ["too_early"]),
        ("HepA-I", datetime.date(1980, 8, 28), [], []),
        ("bOPV", datetime.date(2026, 8, 28), [], ["too_early"]),
        ("DT", datetime.date(2026, 8, 28), [], ["too_early"]),
        ("Td", datetime.date(2018, 8, 28), [], ["too_early"]),
        ("Td", datetime.date(1980, 8, 28), [], []),
        ("HepB", datetime.date(1980, 8, 28), [], []),
        ("HepB", datetime.date(1980, 8, 28), [("HepB", TODAY - datetime.timedelta(27))], ["too_early"]),
        ("HepB", datetime.date(1980, 8, 28), [("HepB", TODAY - datetime.timedelta(28))], []),
        ("MMR", datetime.date(1980, 8, 28), [], []),
        ("MMR", datetime.date(2021, 1, 28), [("MMR", datetime.date(2021, 9, 28)), ("MMR", datetime.date(2022, 7, 28))], ["not_needed"]),
        ("BCG", datetime.date(1980, 8, 28), [], ["not_needed"]),
        ("DTaP", datetime.date(1980, 8, 28), [], ["not_needed"]),
        ("HPV2", datetime.date(1999, 8, 28), [], []),
        ("HPV2", datetime.date(1980, 8, 28), [], ["too_old"]),
        ("HPV2", datetime.date(2015, 8, 28), [], []),
        ("HPV2", datetime.date(2018, 8, 28), [], ["too_early"]),
        ("VarV", datetime.date(2025, 6, 1), [("MMR", TODAY - datetime.timedelta(27))], ["too_early"]),
        ("EHF", datetime.date(2026, 8, 28), [], ["too_young"]),
        ("VarV", datetime.date(2026, 8, 28), [], ["too_young"]),
    ],
)  # fmt: skip
def test_a_product_in_the_place_of_another_is_judged_by_the_schedule(
    vaccine, born, given, expected
):
    doses = [Recorded(str(day), 1, code, "", day) for code, day in given]
    file = replace(judge(born, "2", doses, (), Particulars(), on=TODAY), born=born)
    assert [each.code for each in rules.blocks_of_person(file, vaccine, on=TODAY)] == expected


def test_a_vaccine_for_women_is_not_sold_to_men():
    born = datetime.date(2000, 1, 1)
    for sex, expected in (("1", ["wrong_sex"]), ("2", [])):
        file = replace(judge(born, sex, (), (), Particulars(), on=TODAY), born=born)
        assert [each.code for each in rules.blocks_of_person(file, "HPV2", on=TODAY)] == expected


@pytest.mark.parametrize(
    ("vaccine", "site", "route", "expected"),
    [
        ("IPV", "LD", "IM", []),
        ("IPV", "MOUTH", "PO", ["wrong_route"]),
        ("IPV", "MOUTH", "IM", ["wrong_site"]),
        ("bOPV", "MOUTH", "PO", []),
        ("bOPV", "LD", "IM", ["wrong_route"]),
        ("bOPV", "LD", "PO", ["wrong_site"]),
        ("BCG", "LD", "SC", ["wrong_route"]),
        ("InfV", "NOSE", "NASAL", []),
        ("PPV23", "RD", "SC", []),
        ("AnthV", "LD", "SCAR", []),
    ],
)
def test_ways(vaccine, site, route, expected):
    rule = rules.rule(on=TODAY)
    found = rules.blocks_of_way(vaccine, site=site, route=route, rule=rule)
    assert [each.code for each in found] == expected
    assert (route in rules.routes_of(vaccine)) == ("wrong_route" not in expected)


def test_a_dose_by_the_wrong_way_is_not_written(database, town):
    nurse = desk(town)
    visit = agreed(child(THREE_MONTHS), "HepB", by=nurse)
    stock(town, [line("HepB", 1)])
    with pytest.raises(Blocked, match="intramuscular"):
        give(visit, "HepB", code("HepB", 1), by=nurse, site="MOUTH", route="PO")
    assert left(town)["HepB"] == (1, 0)


def test_two_nurses_cannot_give_the_same_vial(town):
    nurse, other = desk(town), desk(town, account=6)
    visits = [
        agreed(child(THREE_MONTHS), "HepB", by=nurse),
        agreed(child(THREE_MONTHS), "HepB", by=nurse),
    ]
    place = stock(town, [line("HepB", 77)])
    todo = iter([(visits[0], nurse), (visits[1], other)])

    def one():
        visit, who = next(todo)
        try:
            give(visit, "HepB", code("HepB", 77), by=who)
            return "given"
        except Blocked as error:
            return error.blocks[0].code

    assert sorted(at_once(2, one)) == ["given", "used_up"]
    assert queries.unbalanced() == []
    assert queries.get_fridge(place, actor=nurse, at=AT).name == "1号冰箱"
