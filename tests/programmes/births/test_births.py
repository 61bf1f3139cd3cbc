"""From the delivery to the certificate and the errands: who may, what is refused, what fills itself in."""

import dataclasses
import datetime
from uuid import uuid4

import pytest

from kangmai.identity import actions as index
from kangmai.identity import queries as identity
from kangmai.identity.types import IdentityDocument
from kangmai.kernel.actor import DataScope, NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.kernel.feed import Event
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.births import actions, errors, handlers, models, queries, rules
from kangmai.programmes.births.types import (
    BirthDraft,
    ItemState,
    Kind,
    KnownBy,
    Show,
    Source,
    State,
)
from kangmai.programmes.engine import actions as engine_actions
from kangmai.programmes.engine import queries as engine
from kangmai.programmes.engine.types import State as Managed
from kangmai.programmes.engine.types import Way
from kangmai.standards.identity_numbers import make_identity_number
from tests.programmes.births import factories as f
from tests.programmes.births.factories import AT, BORN, NAMED, TODAY, Town

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat


def test_a_birth_makes_a_resident_and_begins_the_screening(town: Town) -> None:
    mother, key = f.mother(), uuid4()
    birth = f.registered(town, mother, key=key)
    child = identity.get_resident(birth.child, actor=f.midwife(town), at=AT)
    known = child.demographics
    assert (known.name, known.mother, known.birth_date, known.place_code) == ("王芳之女", "王芳", day("2026-05-03"), f.VILLAGE)  # fmt: skip
    found = engine.enrolments_of(birth.child, actor=f.at_home(town), at=AT)
    assert sorted(each.programme for each in found) == ["newborn_blood", "newborn_hearing", "newborn_heart"]  # fmt: skip
    assert {each.organization for each in found} == {town.hospital}
    assert f.registered(town, mother, key=key).id == birth.id
    with pytest.raises(errors.ChildRegistered):
        f.registered(town, mother)
    twin = f.registered(town, mother, told=f.told(ordinal=2, weight_g=2600))
    assert twin.child != birth.child
    refused = [
        ({"mother_name": "王方"}, errors.MotherNotNamed),
        ({"mother_number": "0000000000019"}, errors.MotherNotNamed),
        ({"told": f.told(born_at=AT + datetime.timedelta(hours=1))}, errors.BirthInFuture),
        ({"told": f.told(weight_g=32)}, errors.MeasureUnlikely),
        ({"told": f.told(born_at=BORN - datetime.timedelta(9000))}, errors.MotherUnfit),
        ({"actor": f.officer(town)}, NotPermitted),
    ]
    for changes, error in refused:
        with pytest.raises(error) as fault:
            f.registered(town, mother, **changes)
        assert "{" not in fault.value.message("zh") + fault.value.message("en")
    assert models.Birth.objects.count() == 2


def test_one_certificate_a_child_and_what_follows_from_it(town: Town) -> None:
    birth, first, key = f.registered(town, f.mother()), f.blanks(town, 5), uuid4()
    nameless = dataclasses.replace(NAMED.mother, name=" ")
    with pytest.raises(errors.MotherMissing):
        f.issued(town, birth, named=dataclasses.replace(NAMED, mother=nameless))
    short = dataclasses.replace(NAMED.father, document_number="123")
    with pytest.raises(errors.IdentityNumberUnreadable):
        f.issued(town, birth, named=dataclasses.replace(NAMED, father=short))
    with pytest.raises(errors.ChildNameMissing):
        f.issued(town, birth, named=dataclasses.replace(NAMED, child="王芳之女"))
    for stranger in (f.at_home(town), f.next_door(town)):
        with pytest.raises(errors.BirthNotFound):
            f.issued(town, birth, actor=stranger)
    done = f.issued(town, birth, key=key)
    assert done.certificate is not None
    assert (done.certificate.number, done.certificate.kind, done.certificate.named) == (first, Kind.FIRST, NAMED)  # fmt: skip
    child = identity.get_resident(birth.child, actor=f.midwife(town), at=AT).demographics
    assert (child.name, child.former_names) == ("李晓彤", ("王芳之女",))
    assert [each.id for each in done.items] == list(rules.rule("441202", on=TODAY).items)
    assert {each.id: each.state for each in done.items if each.state is not ItemState.OPEN} == {"certificate": ItemState.DONE}  # fmt: skip
    assert next(e.due_on for e in done.items if e.id == "household") == day("2026-05-11")
    assert f.issued(town, birth, key=key).certificates == done.certificates
    with pytest.raises(errors.CertificateStands):
        f.issued(town, done)
    sealed = models.Certificate.objects.get(id=done.certificate.id)
    assert "李晓彤".encode() not in bytes(sealed.content)


def test_lost_wrong_void_and_another_number_each_time(town: Town) -> None:
    first = f.blanks(town, 5)
    number = lambda n: f"U{int(first[1:]) + n:09d}"  # noqa: E731
    done = f.issued(town, f.registered(town, f.mother()))
    same = {"birth_id": done.id, "key": uuid4(), "actor": f.midwife(town), "at": AT}
    with pytest.raises(ChangedMeanwhile):
        actions.replace(kind=Kind.LOST, named=NAMED, reason="遗失", expected_version=1, **same)
    other = dataclasses.replace(NAMED, child="李小彤")
    lost = actions.replace(kind=Kind.LOST, named=other, reason="遗失", expected_version=done.version, **same)  # fmt: skip
    assert [(e.number, e.state, e.named.child) for e in lost.certificates] == [
        (number(1), State.CURRENT, "李晓彤"),
        (number(0), State.REPLACED, "李晓彤"),
    ]
    actions.spoil_blank(number=number(2), reason="打印错位", actor=f.midwife(town), at=AT)
    with pytest.raises(errors.BlankNotHere):
        actions.spoil_blank(number=number(3), reason="打印错位", actor=f.next_door(town), at=AT)
    wrong = actions.replace(kind=Kind.WRONG, named=other, reason="姓名有误", expected_version=lost.version, **{**same, "key": uuid4()})  # fmt: skip
    assert wrong.certificate is not None
    assert (wrong.certificate.number, wrong.certificate.named.child) == (number(3), "李小彤")
    with pytest.raises(NotPermitted):
        actions.void(birth_id=done.id, reason="骗领", expected_version=wrong.version, actor=f.midwife(town), at=AT)  # fmt: skip
    gone = actions.void(birth_id=done.id, reason="骗领", expected_version=wrong.version, actor=f.officer(town), at=AT)  # fmt: skip
    assert gone.certificate is None
    assert next(e.state for e in gone.items if e.id == "certificate") is ItemState.OPEN
    (own,) = queries.stock(actor=f.midwife(town))
    assert (own.used, own.spoiled, own.next_number) == (3, 1, number(4))
    again = f.issued(town, gone)
    assert again.certificate is not None and again.certificate.number == number(4)
    with pytest.raises(errors.NoBlank):
        actions.replace(kind=Kind.LOST, named=NAMED, reason="遗失", expected_version=again.version, **{**same, "key": uuid4()})  # fmt: skip


def test_batches_of_numbers(town: Town) -> None:
    first, key = f.blanks(town, 3), uuid4()
    for changes, error in [
        ({"first": first}, errors.NumberTaken),
        ({"first": "44001234"}, errors.NumberUnreadable),
        ({"first": "U999999999", "count": 2}, errors.BatchUnfit),
        ({"organization": 99999, "first": "V440000001"}, errors.InstitutionUnknown),
        ({"actor": f.midwife(town)}, NotPermitted),
    ]:
        with pytest.raises(error):
            f.blanks(town, **{"count": 2, **changes})
    assert f.blanks(town, 2, first="V440000001", key=key) and f.blanks(town, 2, first="V440000001", key=key)  # fmt: skip
    assert models.Blank.objects.count() == 5


def test_errands_are_written_down_late_ones_shown_and_known_ones_fill_themselves_in(
    town: Town,
) -> None:
    f.blanks(town)
    done = f.issued(town, f.registered(town, f.mother()))
    cards = {each.id: each for each in done.items}
    same = {"birth_id": done.id, "on": TODAY, "actor": f.officer(town), "at": AT}
    with pytest.raises(errors.ReasonMissing):
        actions.write_item(item="allowance", state=ItemState.NOT_APPLICABLE, expected_version=1, **same)  # fmt: skip
    actions.write_item(item="allowance", state=ItemState.NOT_APPLICABLE, reason="未参加生育保险", expected_version=cards["allowance"].version, **same)  # fmt: skip
    with pytest.raises(errors.ItemUnknown):
        actions.write_item(item="x", state=ItemState.DONE, expected_version=1, **same)
    counts = lambda who, on: queries.count_births(on=on, actor=who)[Show.LATE]  # noqa: E731
    assert [counts(f.officer(town), on) for on in (day("2026-05-11"), day("2026-05-12"))] == [0, 1]
    assert counts(f.next_door(town), day("2026-06-12")) == 0

    handlers.tell_errands([_event("vaccination.injected", "x", resident=done.child)])
    number = make_identity_number(region="441202", birth_on=day("2026-05-03"), sequence=2)
    child = identity.get_resident(done.child, actor=f.OPERATOR, at=AT)
    known = dataclasses.replace(child.demographics, documents=(IdentityDocument("01", number),))
    index.correct_resident(child.id, known, expected_version=child.version, actor=f.OPERATOR, at=AT)
    handlers.tell_errands([_event("identity.correct", str(done.child))])
    found = queries.get_birth(done.id, actor=f.at_home(town))
    by_house = {e.id for e in found.items if e.source is Source.HOUSE}
    assert by_house == {"certificate", "vaccination", "household"}
    assert actions.learn([done.child], KnownBy.NUMBER, actor=f.OPERATOR, at=AT) == 0


def _event(kind: str, key: str, **data: object) -> Event:
    return Event(1, 1, {"kind": kind, "key": key, "data": data})


def test_a_mother_sees_her_childrens_births_and_nobody_elses(town: Town) -> None:
    mother, other = f.mother(), f.mother(name="周小燕", birth_date=day("1994-07-08"))
    birth = f.registered(town, mother)
    seen = {}
    for who in (mother, other):
        scope = DataScope(residents=frozenset({who.id}))
        own = dataclasses.replace(f.actor(town.hospital, "own.record"), scope=scope)
        own = dataclasses.replace(own, grants=(dataclasses.replace(own.grants[0], organization=None),))  # fmt: skip
        seen[who.demographics.name] = [each.id for each in queries.own_births(actor=own)]
        if who is other:
            with pytest.raises(errors.BirthNotFound):
                queries.get_birth(birth.id, actor=own)
    assert seen == {"王芳": [birth.id], "周小燕": []}
    with pytest.raises(errors.BirthNotFound):
        queries.get_birth(birth.id, actor=f.next_door(town))


def test_deliveries_wait_until_all_their_children_are_registered(town: Town) -> None:
    mother, team = f.mother(), f.at_home(town)
    enrolled = engine_actions.enrol(
        resident_id=mother.id, programme_id="maternal", way=Way.HAND, state=Managed.MANAGED, organization=town.centre,
        anchors={"last_period": day("2025-08-01")}, on=day("2025-10-01"), key="booked-1", actor=team, at=AT,
    )  # fmt: skip
    given = {"delivered_on": "2026-05-03", "hospital": "市妇幼保健院", "delivery_mode": "1", "live_births": "2", "doctor": "梁医生"}  # fmt: skip
    saved = engine_actions.record_visit(
        enrolment_id=enrolled.id, service="delivery", given=given, key="delivery-1", expected_version=enrolled.version, actor=team, at=AT,
    )  # fmt: skip
    told = {"visit": str(saved.visit.id), "programme": "maternal", "service": "delivery"}
    for _ in range(2):
        handlers.tell_deliveries([_event("programmes.visited", str(enrolled.id), **told)])
    f.registered(town, mother)
    (waiting,) = queries.deliveries(on=TODAY, actor=team)
    assert (waiting.mother, waiting.live_births, waiting.registered) == (mother.id, 2, 1)
    assert queries.deliveries(on=TODAY, actor=f.next_door(town)) == []
    f.registered(town, mother, told=f.told(ordinal=2))
    assert queries.deliveries(on=TODAY, actor=team) == []


def test_a_child_of_another_mother_is_not_taken_for_this_one(town: Town) -> None:
    """Two women of one name bear girls on one day in one village: two children, and both are registered."""
    first = f.registered(town, f.mother())
    second = f.registered(town, f.mother(birth_date=day("1990-11-12"), address="示例路 9 号"))
    assert first.child != second.child


def test_births_taken_over_read_as_those_that_were_registered_here(town: Town) -> None:
    mother = f.mother()
    here = f.issued(town, f.registered(town, mother)) if f.blanks(town, 5) else None
    assert here is not None
    child = f.mother(name="陈冬梅", birth_date=day("2026-04-21"), address="渡头路 9 号")
    issued_on, settled_on = day("2026-04-22"), day("2026-05-30")

    def draft(number: str, settled: datetime.date | None, ordinal: int) -> BirthDraft:
        born = dataclasses.replace(f.told(), born_at=BORN - datetime.timedelta(12), ordinal=ordinal)
        return BirthDraft(
            child=child.id if settled else mother.id,
            mother=mother.id,
            told=born,
            organization=OrganizationId(town.hospital),
            place_code=f.VILLAGE,
            number=number,
            issued_on=issued_on,
            named=NAMED,
            settled_on=settled,
        )

    drafts = [draft("Y000000001", settled_on, 1), draft("Y000000002", None, 2)]
    with pytest.raises(NotPermitted):
        actions.load_births(drafts, actor=f.officer(town), at=AT)
    with pytest.raises(errors.NumberUnreadable):
        actions.load_births([draft("1", settled_on, 1)], actor=f.midwife(town), at=AT)
    assert actions.load_births(drafts, actor=f.midwife(town), at=AT) == 2
    rows = models.Birth.objects.filter(born_on=day("2026-04-21")).order_by("ordinal")
    done, runs = (queries.get_birth(each.id, actor=f.midwife(town)) for each in rows)
    assert done.certificate is not None and done.certificate.number == "Y000000001"
    assert done.certificate.named == NAMED and done.certificate.kind is Kind.FIRST
    assert [each.id for each in done.items] == [each.id for each in here.items]
    assert {each.state for each in done.items} == {ItemState.DONE}
    assert {e.id for e in runs.items if e.state is ItemState.DONE} == {"certificate"}
    assert models.Birth.objects.get(pk=done.id).late_from is None
    waits = min(each.due_on for each in runs.items if each.state is ItemState.OPEN)
    assert models.Birth.objects.get(pk=runs.id).late_from == waits + datetime.timedelta(1)
    assert models.Blank.objects.filter(number__startswith="Y", state="used").count() == 2
