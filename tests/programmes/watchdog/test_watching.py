"""What a night finds: nothing among honest visits, each kind of planted fraud, once, and not what was closed."""

import datetime
import random
from collections.abc import Iterator

import orjson
import pytest
from django.db import transaction

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import Deadline, Subject
from kangmai.identity import models as identity_models
from kangmai.kernel.actor import Label, NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.engine import models as engine_models
from kangmai.programmes.engine.types import Method
from kangmai.programmes.watchdog import actions, errors, models, queries
from kangmai.programmes.watchdog.types import Deed, Show, State
from kangmai.records import actions as records
from kangmai.records.types import Operation, Source, Verb
from tests.factories import watched
from tests.factories.actors import actor
from tests.factories.programmes import AT, CLINIC, HERE, NEIGHBOUR, OTHER_CLINIC, TODAY
from tests.factories.watched import ACCOUNT, WATCHER, enrolled, honest, people, seen

ANSWERS = ("watchdog.answer", "deadlines.write", "deadlines.read")
REVIEWS = ("watchdog.review", "deadlines.write")
TEAM = actor(places=[HERE], organizations=[CLINIC], permissions=ANSWERS)
NEIGHBOURS = actor(places=[NEIGHBOUR], organizations=[OTHER_CLINIC], permissions=ANSWERS)
QUALITY = actor(places=["441202"], organizations=[90], permissions=REVIEWS)
OTHER_QUALITY = actor(places=["441203"], organizations=[91], permissions=REVIEWS)
LATER = AT + datetime.timedelta(days=20)
day = datetime.date.fromisoformat


@pytest.fixture(autouse=True)
def undone(shared_database: str) -> Iterator[None]:
    """Each test leaves the database as it found it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def found(detector: str) -> list[models.Finding]:
    return list(models.Finding.objects.filter(detector=detector).order_by("about", "organization"))


def test_honest_visits_raise_nothing() -> None:
    some = enrolled(people(25))
    watched.write(watched.honest_year(some[:20], seed=1))
    watched.write(watched.honest_year(some[20:], seed=2, account=502))
    done = actions.watch(actor=WATCHER, at=AT)
    assert done.tests >= 4  # digits of two measures, copies in one patient and between patients
    assert (done.found, done.seen_again) == (0, 0)
    with pytest.raises(NotPermitted):
        actions.watch(actor=TEAM, at=AT)


def test_preferred_digits_and_copied_values_are_found_with_their_rows() -> None:
    some = enrolled(people(24))
    drawn = random.Random(3)
    made = []
    for position, enrolment in enumerate(some):
        # one resident in two has always the values of the visit before
        fixed = honest(drawn)
        for turn in range(4):
            values = fixed if position % 2 else honest(drawn)
            rounded = {**values, "systolic": values["systolic"] // 10 * 10}
            on = TODAY - datetime.timedelta(300 - 70 * turn - position)
            made.append(seen(enrolment, on, rounded if turn != 1 else values, clock=f"{9 + position % 8:02}:{turn * 7:02}"))  # fmt: skip
    watched.write(made)
    assert actions.watch(actor=WATCHER, at=AT).found == 2
    (digits,) = found("digits")
    assert (digits.about, digits.account, digits.organization) == ("systolic", ACCOUNT, CLINIC)
    assert digits.figures["digits"] in ("0", "0/5") and digits.figures["total"] == 96
    assert digits.figures["hits"] == len(digits.rows) >= 72 and digits.chance < 1e-40
    (again,) = found("same_again")
    assert again.figures["total"] == 72 and again.figures["people"] >= 12
    # the same night once more tells nobody anything new
    again_seen = actions.watch(actor=WATCHER, at=AT + datetime.timedelta(hours=1))
    assert (again_seen.found, again_seen.seen_again) == (0, 2)


def test_residents_entered_one_after_the_other_with_the_same_values() -> None:
    made = [
        seen(enrolment, day("2026-02-03"), {"systolic": 136.0, "diastolic": 84.0}, clock=f"{9 + n // 12:02}:{n % 12 * 5:02}")
        for n, enrolment in enumerate(enrolled(people(30)))
    ]  # fmt: skip
    watched.write(made)
    actions.watch(actor=WATCHER, at=AT)
    (copied,) = found("same_as_next")
    assert (copied.figures["hits"], copied.figures["total"]) == (29, 29)
    assert found("pace") == []  # thirty people in three hours are below the limit of forty


def test_forty_people_in_an_afternoon() -> None:
    some = enrolled(people(41))
    drawn = random.Random(4)
    watched.write(
        seen(enrolment, day("2026-02-03"), honest(drawn), clock=f"{14 + n // 15:02}:{n % 15 * 4:02}")
        for n, enrolment in enumerate(some)
    )  # fmt: skip
    actions.watch(actor=WATCHER, at=AT)
    (pace,) = found("pace")
    assert (pace.figures["most"], pace.figures["that_day"], pace.figures["limit_people"]) == (
        41,
        41,
        40,
    )
    assert len(pace.rows) == 41


def test_what_came_in_a_file_or_by_telephone_has_no_pace() -> None:
    some = enrolled(people(41))
    drawn = random.Random(5)
    on = day("2026-02-03")
    watched.write(
        seen(e, on, honest(drawn), account=0, clock=f"14:{n:02}") for n, e in enumerate(some)
    )
    watched.write(
        seen(e, on - datetime.timedelta(1), honest(drawn), method=Method.PHONE, clock=f"14:{n:02}")
        for n, e in enumerate(some)
    )
    actions.watch(actor=WATCHER, at=AT)
    assert found("pace") == []


def test_one_telephone_for_thirty_people() -> None:
    sharing = people(30, phones=("13800001111",))
    others = [watched.resident(name=f"他{n}", phones=(f"1390000{n:04}",)) for n in range(10)]
    some = enrolled([*sharing, *others])
    drawn = random.Random(6)
    watched.write(
        seen(e, TODAY - datetime.timedelta(10 + n), honest(drawn)) for n, e in enumerate(some)
    )
    actions.watch(actor=WATCHER, at=AT)
    (shared,) = found("shared_phone")
    assert shared.figures == {"hits": 30, "people": 30, "numbers": 1}
    assert shared.account == 0 and len(shared.rows) == 30
    assert "13800001111" not in str(shared.figures)


def test_visits_after_a_death_and_during_an_admission() -> None:
    dead, ill, well = people(3)
    one, two, three = enrolled([dead, ill, well])
    drawn = random.Random(7)
    watched.write(
        [
            seen(one, day("2026-01-09"), honest(drawn)),
            seen(one, day("2026-01-10"), honest(drawn)),
            seen(one, day("2026-01-20"), honest(drawn)),
            seen(two, day("2026-02-01"), honest(drawn)),
            seen(two, day("2026-02-04"), honest(drawn)),
            seen(two, day("2026-02-05"), honest(drawn), method=Method.PHONE),
            seen(two, day("2026-02-08"), honest(drawn)),
            seen(three, day("2026-02-04"), honest(drawn)),
        ]
    )
    identity_models.Resident.objects.filter(id=dead.id).update(deceased_on=day("2026-01-10"))
    stay = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": {"reference": f"Patient/{ill.patient_id}"},
        "period": {"start": "2026-02-01T09:00:00+08:00", "end": "2026-02-08T10:00:00+08:00"},
    }
    operation = Operation(Verb.CREATE, "Encounter", raw=orjson.dumps(stay))
    source = Source("test", OrganizationId(CLINIC))
    records.transact([operation], source=source, actor=WATCHER, at=AT)
    actions.watch(actor=WATCHER, at=AT)
    (after,) = found("after_death")
    assert after.figures == {"hits": 2, "people": 1}
    assert (after.first_on, after.last_on) == (day("2026-01-10"), day("2026-01-20"))
    (inside,) = found("in_hospital")
    assert (inside.figures["hits"], inside.first_on) == (1, day("2026-02-04"))


def test_height_and_weight_that_cannot_be() -> None:
    some = enrolled(people(3))
    values = (
        ((160.0, 60.0), (171.0, 60.5)),  # grew eleven centimetres at sixty-five
        ((160.0, 60.0), (160.0, 40.0)),  # lost a third within two months
        ((160.0, 60.0), (158.0, 57.0)),  # neither
    )
    watched.write(
        seen(enrolment, on, {**honest(random.Random(n)), "height": height, "weight": weight})
        for n, (enrolment, pair) in enumerate(zip(some, values, strict=True))
        for on, (height, weight) in zip((day("2025-12-01"), day("2026-01-30")), pair, strict=True)
    )
    actions.watch(actor=WATCHER, at=AT)
    height, weight = found("impossible_change")
    assert (height.about, weight.about) == ("height", "weight")
    assert (height.figures["hits"], weight.figures["hits"]) == (1, 1)
    assert len(height.rows) == len(weight.rows) == 2


def test_at_night_on_the_last_days_and_half_empty() -> None:
    some = enrolled(people(40))
    drawn = random.Random(8)
    watched.write(
        seen(e, day("2025-12-01"), honest(drawn), clock="23:40", entered_on=day("2025-12-30"), complete=n % 4 != 0)
        for n, e in enumerate(some[:36])
    )  # fmt: skip
    watched.write(seen(e, day("2025-11-11"), honest(drawn)) for e in some[36:])
    actions.watch(actor=WATCHER, at=AT)
    (night,) = found("at_night")
    assert (night.figures["hits"], night.figures["total"]) == (36, 40)
    (last,) = found("last_days")
    assert (last.about, last.figures["percent"]) == ("2025Q4", 90)
    (empty,) = found("incomplete")
    assert (empty.figures["hits"], empty.figures["percent"]) == (9, 22)


def planted(organization: int = CLINIC, programme: str = "hypertension") -> models.Finding:
    """A finding about a dead resident's visit."""
    (dead,) = people(1)
    (one,) = enrolled([dead], organization=organization, programme=programme)
    values = honest(random.Random(9)) if programme == "hypertension" else {"risk": "1"}
    watched.write([seen(one, day("2026-01-20"), values, organization=organization)])
    identity_models.Resident.objects.filter(id=dead.id).update(deceased_on=day("2026-01-10"))
    actions.watch(actor=WATCHER, at=AT)
    (finding,) = found("after_death")
    return finding


def test_the_team_first_then_quality_control_and_closed_is_closed() -> None:
    finding = planted()
    sees = lambda who, at=AT, show=Show.WAITING: [  # noqa: E731
        each.id for each in queries.findings(show=show, actor=who, at=at).rows
    ]
    assert (sees(TEAM), sees(QUALITY), sees(NEIGHBOURS)) == ([finding.id], [], [])
    assert finding.due_at == datetime.datetime(2026, 3, 16, 15, 59, 59, 999999, datetime.UTC)
    # its time is over: quality control of the place sees it, that of another does not
    assert sees(QUALITY, LATER) == [finding.id] and sees(OTHER_QUALITY, LATER) == []
    with pytest.raises(errors.FindingNotFound):
        queries.get_finding(finding.id, actor=QUALITY, at=AT)
    with pytest.raises(errors.FindingNotFound):
        queries.evidence_of(finding.id, actor=NEIGHBOURS, at=AT)
    with pytest.raises(NotPermitted):
        queries.findings(actor=actor(places=[HERE]), at=AT)
    (row,) = queries.evidence_of(finding.id, actor=TEAM, at=AT)
    assert (row.person, row.visited_on, row.is_corrected) == (1, day("2026-01-20"), False)

    said = {"finding_id": finding.id, "at": AT}
    with pytest.raises(errors.NoteMissing):
        actions.answer(code="explained", note=" ", expected_version=1, actor=TEAM, **said)
    with pytest.raises(errors.AnswerUnknown):
        actions.answer(code="sorry", note="弄错了日期", expected_version=1, actor=TEAM, **said)
    answered = actions.answer(code="corrected", note="日期录错，已更正", expected_version=1, actor=TEAM, **said)  # fmt: skip
    assert answered.state is State.ANSWERED
    with pytest.raises(ChangedMeanwhile):
        actions.answer(code="corrected", note="再答一次", expected_version=1, actor=TEAM, **said)
    assert sees(QUALITY) == [finding.id] and sees(TEAM) == []
    with pytest.raises(NotPermitted):
        actions.close(code="accepted", note="说明成立", expected_version=2, actor=TEAM_THAT_REVIEWS_ELSEWHERE, **said)  # fmt: skip
    back = actions.send_back(note="请附更正记录", expected_version=2, actor=QUALITY, finding_id=finding.id, at=LATER)  # fmt: skip
    assert back.state is State.TEAM and back.due_at > LATER and sees(TEAM, LATER) == [finding.id]
    actions.answer(code="explained", note="已附更正记录", expected_version=3, actor=TEAM, finding_id=finding.id, at=LATER)  # fmt: skip
    closed = actions.close(code="accepted", note="说明成立", expected_version=4, actor=QUALITY, finding_id=finding.id, at=LATER)  # fmt: skip
    assert closed.state is State.CLOSED
    with pytest.raises(errors.FindingClosed):
        actions.answer(code="explained", note="还有一句", expected_version=5, actor=TEAM, finding_id=finding.id, at=LATER)  # fmt: skip
    deeds = [each.deed for each in queries.get_finding(finding.id, actor=TEAM, at=LATER).steps]
    assert deeds == [Deed.FOUND, Deed.ANSWERED, Deed.RETURNED, Deed.ANSWERED, Deed.CLOSED]
    # the same visit is not asked about again; one entered since is
    night = LATER + datetime.timedelta(days=1)
    assert actions.watch(actor=WATCHER, at=night).found == 0
    enrolment = engine_models.Enrolment.objects.get()
    watched.write(
        [seen(enrolment.id, day("2026-02-20"), clock="09:00", entered_on=day("2026-03-23"))]
    )
    assert actions.watch(actor=WATCHER, at=night).found == 1


TEAM_THAT_REVIEWS_ELSEWHERE = actor(
    places=[HERE], organizations=[92], permissions=(*ANSWERS, "deadlines.write")
)


def test_nobody_closes_what_is_about_his_own_institution() -> None:
    finding = planted()
    own = actor(places=["441202"], organizations=[CLINIC], permissions=(*ANSWERS, *REVIEWS))
    with pytest.raises(errors.OwnFinding):
        actions.close(finding_id=finding.id, code="accepted", note="自己办结", expected_version=1, actor=own, at=LATER)  # fmt: skip


def test_of_a_labelled_programme_only_holders_of_the_label_hear() -> None:
    finding = planted(programme="smd")
    assert finding.circle == "smd"
    labels = (Label.NORMAL, Label.MENTAL_HEALTH)
    mental = actor(places=[HERE], organizations=[CLINIC], permissions=ANSWERS, labels=labels)
    above = actor(places=["441202"], organizations=[93], permissions=("watchdog.review_labelled", *REVIEWS), labels=labels)  # fmt: skip
    for who in (TEAM, QUALITY):
        assert queries.findings(show=Show.ALL, actor=who, at=LATER).rows == ()
        assert queries.count_waiting(actor=who, at=LATER) == 0
    assert queries.count_waiting(actor=mental, at=AT) == 1
    (seen_above,) = queries.findings(actor=above, at=LATER).rows
    assert seen_above.id == finding.id
    running = deadline_of(finding)
    assert running.label == Label.MENTAL_HEALTH


def deadline_of(finding: models.Finding) -> Deadline:
    subject = Subject("watchdog_finding", str(finding.id))
    (running,) = deadlines.of_subject(subject, actor=WATCHER)
    return running


def test_pages_follow_one_another() -> None:
    for number in range(5):
        models.Finding.objects.create(
            detector="pace", organization=CLINIC, account=number, place_code=HERE, first_on=TODAY,
            last_on=TODAY, rule_version="visits@2017-02-28", found_at=AT, due_at=AT, last_seen_at=AT,
        )  # fmt: skip
    seen_ids, after = [], ""
    while True:
        page = queries.findings(limit=2, after=after, actor=TEAM, at=AT)
        seen_ids += [each.account for each in page.rows]
        after = page.next
        if not after:
            break
    assert seen_ids == [4, 3, 2, 1, 0]
    with pytest.raises(errors.FindingNotFound):
        queries.findings(after="x", actor=TEAM, at=AT)
