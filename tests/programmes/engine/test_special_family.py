"""Parents who lost their only child: a roster that its own role alone sees, and what is arranged for them."""

import datetime

import pytest

from kangmai.kernel.actor import Label, NotPermitted
from kangmai.programmes.engine import errors, queries
from kangmai.programmes.engine.types import Counts, Filter, Show
from kangmai.records import queries as records
from kangmai.records.errors import ResourceNotFound
from tests.factories import programmes as factory
from tests.factories.programmes import (  # fmt: skip
    AT,
    CLINIC,
    DOCTOR,
    HERE,
    HOSPITAL,
    NEIGHBOUR,
    NEIGHBOUR_DOCTOR,
    OTHER_CLINIC,
    TODAY,
    resident,
    village_doctor,
)

pytestmark = pytest.mark.usefixtures("database")
OWN = (Label.NORMAL, Label.SPECIAL_FAMILY)
CONTACT = village_doctor(labels=OWN)
NEIGHBOUR_CONTACT = village_doctor(NEIGHBOUR, OTHER_CLINIC, labels=OWN)
OTHER_HOUSE = village_doctor(HERE, HOSPITAL, labels=(Label.NORMAL, Label.MENTAL_HEALTH, Label.TUBERCULOSIS, Label.RESTRICTED))  # fmt: skip
FAMILY = {"programme_id": "special_family", "anchors": {"recognised": datetime.date(2020, 5, 1)}, "actor": CONTACT}  # fmt: skip
ARRANGED = {
    "visited_on": TODAY.isoformat(), "method": "2", "kind": "died", "two_contacts": "true", "town_contact": "罗敏 0758-2000000",
    "village_contact": "何强 0758-2000001", "green_channel": "true", "hospital": "市第一人民医院", "contracted": "true",
    "needs": ["none"], "doctor": "罗敏",
}  # fmt: skip


def listed(actor) -> list[str]:
    found = queries.worklist(filter=Filter(Show.ALL), actor=actor, at=AT)
    return [each.enrolment.programme for each in found.rows]


def test_what_is_arranged_is_the_class_on_the_record() -> None:
    enrolled = factory.enrolment(**FAMILY)
    gap = factory.visit(enrolled, service="contact", given={**ARRANGED, "contracted": "false"}, actor=CONTACT)  # fmt: skip
    assert (gap.visit.outcome, gap.visit.next_on) == ("gap", TODAY + datetime.timedelta(14))
    assert gap.enrolment.latest_class == "gap"
    (seen,) = queries.enrolments_of(enrolled.resident_id, actor=CONTACT, at=AT)
    assert (seen.programme, seen.latest_class) == ("special_family", "gap")


def test_the_roster_is_seen_by_its_own_role_alone() -> None:
    someone = resident()
    with pytest.raises(NotPermitted):
        factory.enrolment(someone, **{**FAMILY, "actor": DOCTOR})
    enrolled = factory.enrolment(someone, **FAMILY)
    saved = factory.visit(enrolled, service="contact", given=ARRANGED, actor=CONTACT)
    assert (saved.visit.outcome, listed(CONTACT)) == ("covered", ["special_family"])
    stored = records.get("QuestionnaireResponse", saved.visit.response_id, actor=CONTACT, at=AT)
    assert stored.label == Label.SPECIAL_FAMILY
    for stranger in (DOCTOR, NEIGHBOUR_DOCTOR, NEIGHBOUR_CONTACT, OTHER_HOUSE):
        assert listed(stranger) == []
        assert queries.counts(actor=stranger, at=AT) == Counts(0, 0, 0, 0, 0)
        assert queries.enrolments_of(someone.id, actor=stranger, at=AT) == ()
        with pytest.raises(errors.EnrolmentNotFound):
            queries.get_enrolment(enrolled.id, actor=stranger, at=AT)
        with pytest.raises(errors.VisitNotFound):
            queries.get_visit(saved.visit.id, actor=stranger, at=AT)
        with pytest.raises(ResourceNotFound):
            records.get("QuestionnaireResponse", saved.visit.response_id, actor=stranger, at=AT)
    offered = {each.id for each in queries.offered_programmes(on=TODAY, actor=DOCTOR)}
    assert "special_family" not in offered and "prenatal" in offered
    assert saved.enrolment.organization == CLINIC
