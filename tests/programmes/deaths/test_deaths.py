"""A certificate from issue to void: who may, what is refused, what follows, and that void restores exactly."""

import datetime
from dataclasses import replace
from uuid import uuid4

import pytest

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State as Clock
from kangmai.deadlines.types import Subject
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Label, NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.programmes.deaths import actions, errors, models, queries
from kangmai.programmes.deaths.types import Cause, Line, Show, State
from kangmai.programmes.engine import actions as engine
from kangmai.programmes.engine import queries as programmes
from kangmai.programmes.engine.actions.following import follow_residents
from kangmai.programmes.engine.types import State as Managed
from kangmai.programmes.engine.types import Way
from tests.programmes.births.factories import OPERATOR
from tests.programmes.deaths import factories as f
from tests.programmes.deaths.factories import AT, DIED, Town

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat


def known(id: int) -> Resident:
    return identity.get_resident(id, actor=OPERATOR, at=AT)


def managed(of: Resident, programme: str) -> object:
    return engine.enrol(
        resident_id=of.id, programme_id=programme, way=Way.HAND, state=Managed.MANAGED, on=day("2026-01-05"),
        key=f"{programme}-{of.id}", actor=OPERATOR, at=AT,
    )  # fmt: skip


def standing(of: Resident) -> dict[str, tuple[Managed, str, datetime.date | None]]:
    found = programmes.enrolments_of(of.id, actor=OPERATOR, at=AT)
    return {each.programme: (each.state, each.closing_reason, each.next_due_on) for each in found}


def test_void_restores_what_the_death_had_closed_and_nothing_else(town: Town) -> None:
    someone = f.resident()
    for each in ("hypertension", "elderly", "diabetes"):
        managed(someone, each)
    (refused,) = (e for e in programmes.enrolments_of(someone.id, actor=OPERATOR, at=AT) if e.programme == "diabetes")  # fmt: skip
    engine.close_enrolment(enrolment_id=refused.id, reason="refused", on=day("2026-02-01"), expected_version=refused.version, actor=OPERATOR, at=AT)  # fmt: skip
    before = standing(someone)
    done = f.issued(town, someone)
    assert known(someone.id).deceased_on == day("2026-05-03")
    follow_residents([someone.id], actor=OPERATOR, at=AT)
    assert {p: s[:2] for p, s in standing(someone).items()} == {
        "hypertension": (Managed.CLOSED, "died"),
        "elderly": (Managed.CLOSED, "died"),
        "diabetes": (Managed.CLOSED, "refused"),
    }
    gone = actions.void(certificate_id=done.id, reason="张冠李戴", expected_version=done.version, actor=f.reviewer(town), at=AT)  # fmt: skip
    assert (gone.state, known(someone.id).deceased_on) == (State.VOID, None)
    assert standing(someone) == before
    follow_residents([someone.id], actor=OPERATOR, at=AT)
    assert standing(someone) == before
    again = f.issued(town, someone)
    assert again.number != done.number and known(someone.id).deceased_on == day("2026-05-03")


def test_a_death_known_before_stays_known_when_the_certificate_is_void(town: Town) -> None:
    from kangmai.identity import actions as index

    someone = f.resident()
    index.correct_resident(someone.id, someone.demographics, deceased_on=day("2026-05-01"), expected_version=someone.version, actor=OPERATOR, at=AT)  # fmt: skip
    done = f.issued(town, someone)
    assert known(someone.id).deceased_on == day("2026-05-03")
    actions.void(certificate_id=done.id, reason="重复签发", expected_version=done.version, actor=f.reviewer(town), at=AT)  # fmt: skip
    assert known(someone.id).deceased_on == day("2026-05-01")


def test_two_roles_and_the_limit_of_the_review(town: Town) -> None:
    done, key = f.issued(town, f.resident(), key=(key := uuid4())), key
    assert (done.underlying, done.is_suggested, done.is_late, done.number) == ("I25.1", True, False, "441202-2026-000001")  # fmt: skip
    (clock,) = deadlines.of_subject(Subject("death", str(done.id)), actor=f.reviewer(town))
    assert (clock.state, clock.owner_org, clock.definition) == (Clock.OPEN, town.cdc, "death_review_7d")  # fmt: skip
    same = {"certificate_id": done.id, "at": AT}
    with pytest.raises(NotPermitted):
        actions.confirm(expected_version=1, actor=f.doctor(town), **same)
    with pytest.raises(errors.CertificateNotFound):
        actions.confirm(expected_version=1, actor=f.next_door(town), **same)
    with pytest.raises(errors.OwnCertificate):
        actions.confirm(expected_version=1, actor=f.reviewer(town, account=5), **same)
    sure = actions.confirm(expected_version=1, actor=f.reviewer(town), **same)
    assert sure.state is State.CONFIRMED
    (clock,) = deadlines.of_subject(Subject("death", str(done.id)), actor=f.reviewer(town))
    assert clock.state is Clock.MET
    other = f.told(causes=(Cause(Line.A, "肺恶性肿瘤", "c34.9"),), underlying=Line.A)
    fix = {"told": other, "reason": "病理已出", "is_checked": False, **same}
    with pytest.raises(ChangedMeanwhile):
        actions.correct(expected_version=1, actor=f.doctor(town), **fix)
    with pytest.raises(errors.CertificateNotFound):
        actions.correct(expected_version=2, actor=f.next_door(town), **fix)
    with pytest.raises(errors.ReasonMissing):
        actions.correct(expected_version=2, actor=f.doctor(town), **{**fix, "reason": " "})
    fixed = actions.correct(expected_version=2, actor=f.doctor(town), **fix)
    assert (fixed.underlying, fixed.state, [s.deed.value for s in fixed.steps]) == (
        "C34.9",
        State.ISSUED,
        ["issued", "confirmed", "corrected"],
    )
    row = models.Certificate.objects.get(id=done.id)
    kept = models.Step.objects.get(deed="corrected")
    assert kept.before and "梗死".encode() not in bytes(kept.before) + bytes(row.content)
    assert {s: queries.count_certificates(actor=f.reviewer(town))[s] for s in Show} == {Show.WAITING: 1, Show.ALL: 1, Show.VOID: 0}  # fmt: skip
    assert queries.search_certificates(show=Show.ALL, actor=f.next_door(town)) == []


def test_what_is_refused_and_what_must_be_looked_at(town: Town) -> None:
    someone = f.resident()
    cause = lambda code, line=Line.A: Cause(line, "—", code)  # noqa: E731
    refused = [
        ({"name": "梁秀"}, errors.DeceasedNotNamed),
        ({"number": "0000000000019"}, errors.DeceasedNotNamed),
        ({"told": f.told(died_at=AT + datetime.timedelta(1))}, errors.DeathUnfit),
        ({"told": f.told(died_at=DIED - datetime.timedelta(36500))}, errors.DeathUnfit),
        ({"told": f.told(causes=())}, errors.CausesIncomplete),
        ({"told": f.told(causes=(cause("I10", Line.B),))}, errors.CausesIncomplete),
        ({"told": f.told(causes=(cause(""),), underlying=Line.A)}, errors.CausesIncomplete),
        ({"told": f.told(causes=(cause("冠心病"),), underlying=Line.A)}, errors.CodeUnreadable),
        ({"told": f.told(causes=(cause("I10"),))}, errors.UnderlyingNotThere),
        ({"told": f.told(place="x")}, errors.ChoiceUnknown),
        ({"told": f.told(underlying=Line.A)}, errors.CausesUnlikely),
        ({"told": f.told(causes=(cause("C61"),), underlying=Line.A)}, errors.CausesUnlikely),
        ({"actor": f.reviewer(town)}, NotPermitted),
    ]
    for changes, error in refused:
        with pytest.raises(error) as fault:
            f.issued(town, someone, **changes)
        assert "{" not in fault.value.message("zh") + fault.value.message("en")
    assert models.Certificate.objects.count() == 0 and known(someone.id).deceased_on is None
    done = f.issued(town, someone, told=f.told(underlying=Line.A), is_checked=True)
    assert (done.underlying, done.is_suggested) == ("I21.9", False)
    with pytest.raises(errors.CertificateStands):
        f.issued(town, someone)
    late = f.issued(town, f.resident(name="周国华", sex_code="1"), told=f.told(died_at=DIED - datetime.timedelta(15)))  # fmt: skip
    assert late.is_late


def test_the_line_list_names_nobody_and_ends_at_the_own_places(town: Town) -> None:
    f.issued(town, f.resident())
    days = {"from_on": day("2026-05-01"), "to_on": day("2026-05-31")}
    (line,) = queries.line_list(actor=f.reviewer(town), **days)
    assert (line.sex_code, line.age_years, line.underlying, line.place_code) == ("2", 80, "I25.1", "441202001002")  # fmt: skip
    assert queries.line_list(actor=f.next_door(town), **days) == []
    with pytest.raises(NotPermitted):
        queries.line_list(actor=f.doctor(town), **days)


def test_a_sensitive_cause_is_not_told_in_the_village(town: Town) -> None:
    someone, other = f.resident(), f.resident(name="陈国强", sex_code="1")
    causes = (Cause(Line.A, "肺孢子菌肺炎", "B20.6", 30), Cause(Line.B, "艾滋病", "B24", 900))
    done = f.issued(town, someone, told=f.told(causes=causes, underlying=Line.B))
    plain = f.issued(town, other)
    assert models.Certificate.objects.get(id=done.id).label == Label.HIV_STD
    village = f.actor(town.neighbour, "deaths.read", place=f.COUNTY, account=8)
    assert [each.id for each in queries.search_certificates(show=Show.ALL, actor=village)] == [
        plain.id
    ]
    with pytest.raises(errors.CertificateNotFound):
        queries.get_certificate(done.id, actor=village)
    knows = replace(
        village, scope=replace(village.scope, labels=frozenset({Label.NORMAL, Label.HIV_STD}))
    )
    for reader in (knows, f.reviewer(town), f.doctor(town)):
        assert queries.get_certificate(done.id, actor=reader).underlying == "B24"
    counting = f.actor(town.neighbour, "deaths.count", place=f.COUNTY, account=10)
    days = {"from_on": day("2026-05-01"), "to_on": day("2026-05-31")}
    told = sorted(each.underlying for each in queries.line_list(**days, actor=counting))
    assert told == ["", "I25.1"]
    told = sorted(each.underlying for each in queries.line_list(**days, actor=f.reviewer(town)))
    assert told == ["B24", "I25.1"]
