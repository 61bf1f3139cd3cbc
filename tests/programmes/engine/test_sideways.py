"""Every programme changes hands with acceptance; of labelled ones the rest of a team hears the day and not why."""

import datetime
from collections.abc import Iterator

import pytest
from django.db import transaction

from kangmai.identity import actions as identity
from kangmai.kernel.actor import Label, NotPermitted
from kangmai.programmes.engine import actions, errors, models, queries
from kangmai.programmes.engine.types import EnrolmentDraft, Filter, Show
from tests.factories.actors import EVERY_PERMISSION, actor
from tests.factories.programmes import (
    ADMIN,
    AT,
    CLINIC,
    DOCTOR,
    HERE,
    NEIGHBOUR,
    NEIGHBOUR_DOCTOR,
    OTHER_CLINIC,
    TEAM,
    TODAY,
    resident,
    village_doctor,
)

LABELS = tuple(Label)
CARER = village_doctor(labels=(Label.NORMAL, Label.MENTAL_HEALTH))
EVERYTHING = village_doctor(labels=LABELS)
NEIGHBOUR_EVERYTHING = village_doctor(NEIGHBOUR, OTHER_CLINIC, labels=LABELS)
ANCHORS = {
    "maternal": {"last_period": TODAY - datetime.timedelta(80)},
    "tuberculosis": {"notice": TODAY, "treatment": TODAY},
}
day = datetime.date.fromisoformat


@pytest.fixture(autouse=True)
def undone(shared_database: str) -> Iterator[None]:
    """Each test leaves the database as it found it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def enrolled(programme: str, someone=None) -> models.Enrolment:
    someone = someone or resident()
    draft = EnrolmentDraft(
        someone.id, programme, day("2026-01-01"), CLINIC, HERE, anchors=ANCHORS.get(programme, {})
    )
    (id,) = actions.load_enrolments([draft], actor=ADMIN, at=AT)
    return models.Enrolment.objects.get(id=id)


@pytest.mark.parametrize("programme", sorted(each.id for each in queries.programmes(on=TODAY)))
def test_every_programme_is_handed_over_with_acceptance(programme: str) -> None:
    row = enrolled(programme)
    said = {"enrolment_id": row.id, "at": AT}
    offered = actions.propose_transfer(to_organization=OTHER_CLINIC, reason="搬家", expected_version=1, actor=EVERYTHING, **said)  # fmt: skip
    waiting = queries.worklist(
        filter=Filter(Show.TRANSFERS), actor=NEIGHBOUR_EVERYTHING, at=AT
    ).rows
    assert [each.enrolment.id for each in waiting] == [row.id]
    # until it is accepted the old team serves, and the new one does not
    own = queries.worklist(filter=Filter(Show.ALL), actor=EVERYTHING, at=AT).rows
    assert [each.enrolment.id for each in own] == [row.id]
    with pytest.raises(errors.TransferPending):
        actions.propose_transfer(to_organization=9, reason="再移", expected_version=offered.version, actor=EVERYTHING, **said)  # fmt: skip
    with pytest.raises(errors.NoTransfer):
        actions.accept_transfer(expected_version=offered.version, actor=EVERYTHING, **said)
    if programme in queries.hidden(NEIGHBOUR_DOCTOR.scope):
        # who has not its label does not hear of the offer either
        assert queries.worklist(filter=Filter(Show.TRANSFERS), actor=NEIGHBOUR_DOCTOR, at=AT).rows == ()  # fmt: skip
        with pytest.raises(errors.EnrolmentNotFound):
            actions.accept_transfer(expected_version=offered.version, actor=NEIGHBOUR_DOCTOR, **said)  # fmt: skip
    # the record would stay closed to a team outside: it is told so, and accepts once the move is entered
    with pytest.raises(errors.ResidentElsewhere):
        actions.accept_transfer(
            expected_version=offered.version, actor=NEIGHBOUR_EVERYTHING, **said
        )
    identity.move_resident(
        row.resident_id, place_code=NEIGHBOUR, address="", managing_org=OTHER_CLINIC, expected_version=1,
        actor=ADMIN, at=AT,
    )  # fmt: skip
    taken = actions.accept_transfer(
        expected_version=offered.version, actor=NEIGHBOUR_EVERYTHING, **said
    )
    assert taken.organization == OTHER_CLINIC
    now = queries.worklist(filter=Filter(Show.ALL), actor=NEIGHBOUR_EVERYTHING, at=AT).rows
    assert [each.enrolment.id for each in now] == [row.id]


def lines(who) -> list[tuple[str, datetime.date]]:
    return [(each.name, each.due_on) for each in queries.veiled_visits(actor=who, at=AT)]


def due(row: models.Enrolment, opens: str, on: str) -> None:
    models.Enrolment.objects.filter(id=row.id).update(
        next_opens_on=day(opens), next_due_on=day(on), next_late_on=day(on)
    )


def test_the_rest_of_the_team_hears_that_a_visit_is_due_and_not_why() -> None:
    someone, other = resident(name="林晓燕"), resident(name="周小燕")
    mind, lung = enrolled("smd", someone), enrolled("tuberculosis", someone)
    due(mind, "2026-03-01", "2026-03-05")
    due(lung, "2026-02-20", "2026-02-28")
    due(enrolled("smd", other), "2026-03-03", "2026-03-10")  # not open yet
    enrolled("hypertension")
    # one line for both, with the earlier day, and no word of a programme in it
    assert lines(DOCTOR) == [("林晓燕", day("2026-02-28"))]
    (line,) = queries.veiled_visits(actor=DOCTOR, at=AT)
    assert {name: getattr(line, name) for name in line.__dataclass_fields__}.keys() == {
        "resident_id", "index_number", "name", "place_code", "due_on",
    }  # fmt: skip
    # who has one label hears veiled of the other only; who has both sees them on his own list
    assert lines(CARER) == [("林晓燕", day("2026-02-28"))]
    assert lines(EVERYTHING) == [] and lines(NEIGHBOUR_DOCTOR) == []
    assert queries.veiled_visit_of(someone.id, actor=DOCTOR, at=AT) == day("2026-02-28")
    assert queries.veiled_visit_of(other.id, actor=DOCTOR, at=AT) is None
    assert queries.veiled_visit_of(someone.id, actor=NEIGHBOUR_DOCTOR, at=AT) is None
    # a hospital or an office that visits nobody hears nothing, nor does a team to which the resident objects
    for stranger in (
        actor(
            places=[HERE],
            organizations=[CLINIC],
            permissions=("programmes.read", *EVERY_PERMISSION),
        ),
        actor(places=[HERE]),
    ):
        with pytest.raises(NotPermitted):
            lines(stranger)
    objecting = actor(places=[HERE], organizations=[CLINIC], permissions=(*EVERY_PERMISSION, *TEAM), objections=[someone.id])  # fmt: skip
    assert lines(objecting) == []
    # counts, lists and the worklist itself stay as they were
    shown = queries.worklist(filter=Filter(Show.ALL), actor=DOCTOR, at=AT).rows
    assert {each.enrolment.programme for each in shown} == {"hypertension"}
