"""Plates that a laboratory's system sends as ORU^R01: taken up like an instrument's file, or refused at the field."""

import io
import socket
from collections.abc import Iterator, Mapping

import pytest

from kangmai.epidemic.nucleic_acid import actions, models, queries
from kangmai.epidemic.nucleic_acid.types import IncidentKind, PlateState, TubeState
from kangmai.exchange.hl7v2.types import Answer, State
from tests.access.conftest import database
from tests.epidemic.nucleic_acid import factories
from tests.epidemic.nucleic_acid.factories import HOUR, LATER, SAMPLER, person
from tests.exchange.hl7v2.conftest import Hospital, hospital, message

__all__ = ["database"]
pytestmark = pytest.mark.usefixtures("database")
CYCLES = {"94511-3": 0, "94510-5": 1, "IC": 2}


@pytest.fixture(scope="module")
def town(shared_database: str) -> factories.Town:
    return factories.build()


@pytest.fixture(scope="module")
def laboratory(shared_database: str) -> Hospital:
    return hospital("L7")


@pytest.fixture(scope="module")
def bench(laboratory):
    return person(81, "testing.bench testing.review", organization=laboratory.id)


def send(laboratory: Hospital, text: str, *, at=LATER) -> Answer:
    from kangmai.access.actors import actor_for_program
    from kangmai.exchange.hl7v2.actions import receive

    actor, source = actor_for_program(laboratory.program, at=at)
    return receive(text.encode(), source=source, actor=actor, at=at)


def plate(
    code: str,
    cycles: Mapping[str, tuple[str, str, str]],
    *,
    controls: Mapping[str, tuple[str, str, str]] = factories.CONTROLS,
    control: str = "",
    replaced: Mapping[str, str] | None = None,
) -> str:
    """A run as a laboratory system sends it: a group a well, controls marked in SPM-11."""
    segments = list(_segments(code, {**cycles, **controls}))
    for old, new in (replaced or {}).items():
        segments = [each.replace(old, new) for each in segments]
    return message("ORU^R01", *segments, control=control, facility="L7", application="SLAN")


def _segments(code: str, cycles: Mapping[str, tuple[str, str, str]]) -> Iterator[str]:
    for n, (sample, values) in enumerate(cycles.items()):
        well = f"{'ABCDEFGH'[n % 8]}{n // 8 + 1}"
        yield f"OBR|{n + 1}||{code}|PCR|||20261120120000|20261120130000{'|' * 12}L1"
        for m, (target, value) in enumerate(zip(CYCLES, values, strict=True)):
            text = value or "Undetermined"
            yield f"OBX|{m + 1}|NM|{target}^^LN|{well}|{text}||||||F||||||KIT-A|SLAN-96P"
        role = "Q" if sample in factories.CONTROLS else "L"
        yield f"SPM|{n + 1}|{sample}|||||||||{role}"


def tubes_at_bench(town, laboratory, bench, *count: int) -> list[str]:
    """Tubes of some people each, received by the laboratory."""
    numbers = iter([each.index_number for each in town.residents])
    records = [factories.tube([next(numbers) for _ in range(n)]) for n in count]
    factories.take(town, *records)
    box = factories.box(*(each.code for each in records))
    actions.pack_boxes(site_id=town.site, records=[box], actor=SAMPLER, at=LATER)
    actions.send_boxes(codes=[box.code], carrier="王师傅", actor=factories.COURIER, at=LATER)
    actions.receive_box(
        code=box.code, laboratory=laboratory.id, tubes=None, temperature_c=4.0, actor=bench, at=LATER
    )  # fmt: skip
    return [each.code for each in records]


def only_plate() -> models.Plate:
    return models.Plate.objects.get()


def test_a_plate_is_taken_up_like_an_instrument_s_file(town, laboratory, bench):
    good, bad, weak = tubes_at_bench(town, laboratory, bench, 3, 2, 1)
    text = plate("P1", {good: factories.NEGATIVE, bad: factories.POSITIVE, weak: factories.GREY})
    answer = send(laboratory, text)
    assert (answer.state, answer.problems) == (State.ACCEPTED, ())
    row = only_plate()
    assert (row.code, row.kit, row.lot, row.instrument) == ("P1", "KIT-A", "L1", "SLAN-96P")
    assert (row.laboratory_id, row.state) == (laboratory.id, PlateState.IMPORTED.value)
    assert row.started_at == LATER - HOUR and row.ended_at == LATER
    actions.review_plate(plate_id=row.id, expected_version=1, actor=bench, at=LATER)
    found = dict(models.Tube.objects.values_list("code", "state"))
    assert found == {good: "negative", bad: "positive", weak: "suspect"}
    again = send(laboratory, text)
    assert again.state is State.ACCEPTED and again.was_known
    other_number = plate(
        "P1", {good: factories.NEGATIVE, bad: factories.POSITIVE, weak: factories.GREY}
    )
    assert send(laboratory, other_number).state is State.ACCEPTED
    assert models.Plate.objects.count() == 1


def test_failed_controls_count_for_nothing_and_odd_tubes_are_held(town, laboratory, bench):
    (tube,) = tubes_at_bench(town, laboratory, bench, 2)
    failed = {"POS": ("", "", "26"), "NEG": ("", "", "")}
    text = plate("P2", {tube: factories.NEGATIVE, "T99999999999": factories.NEGATIVE}, controls=failed)  # fmt: skip
    assert send(laboratory, text).state is State.ACCEPTED
    assert only_plate().state == PlateState.FAILED.value
    assert models.Tube.objects.get().state == TubeState.RETEST.value
    kinds = set(models.Incident.objects.values_list("kind", flat=True))
    assert kinds == {IncidentKind.CONTROLS_FAILED.value, IncidentKind.TUBE_UNKNOWN.value}


def test_one_number_and_one_plate_stand_for_one_content(town, laboratory, bench):
    (tube,) = tubes_at_bench(town, laboratory, bench, 2)
    assert send(laboratory, plate("P3", {tube: factories.NEGATIVE}, control="K1")).state is State.ACCEPTED  # fmt: skip
    changed = send(laboratory, plate("P3", {tube: factories.POSITIVE}, control="K1"))
    assert (changed.state, changed.problems[0].code) == (State.REJECTED, "205")
    renamed = send(laboratory, plate("P3", {tube: factories.POSITIVE}, control="K2"))
    assert renamed.state is State.REFUSED
    assert (renamed.problems[0].code, renamed.problems[0].place) == ("205", "OBR^1^3^1")
    well = models.Well.objects.get(tube__code=tube)
    assert (well.judgement, well.ct_orf1ab) == ("negative", None)


def test_the_tubes_of_another_laboratory_are_left_out(town, laboratory, bench):
    numbers = [each.index_number for each in town.residents]
    record = factories.tube(numbers[:2])
    factories.take(town, record)
    factories.deliver(town, record.code)
    assert send(laboratory, plate("P4", {record.code: factories.POSITIVE})).state is State.ACCEPTED
    assert models.Well.objects.get(kind="sample").tube_id is None
    assert models.Incident.objects.get().kind == IncidentKind.TUBE_NOT_RECEIVED.value


@pytest.mark.parametrize(
    ("replaced", "place"),
    [
        ({"|A1|": "|Z1|"}, "OBX^1^4^1"),
        ({"|Undetermined|": "|positive|"}, "OBX^1^5^1"),
        ({"||||||F|": "||||||P|"}, "OBX^1^11^1"),
        ({"|20261120130000": "|"}, "OBR^1^8^1"),
        ({"||P5|": "|||"}, "OBR^1^3^1"),
        ({"OBR|2||P5": "OBR|2||P6"}, "OBR^2^3^1"),
        ({"SPM|2|POS": "SPM|2|CTRL"}, "SPM^2^11^1"),
        ({"SPM|1|T00000000001": "SPM|1|"}, "SPM^1"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_field_and_nothing_is_kept(
    town, laboratory, replaced, place
):
    text = plate("P5", {"T00000000001": factories.NEGATIVE}, replaced=replaced)
    answer = send(laboratory, text)
    assert answer.state is State.REFUSED
    assert place in {each.place for each in answer.problems}
    assert not models.Plate.objects.exists() and not models.Incident.objects.exists()


def test_asleep_nothing_is_looked_at(town, laboratory):
    late = LATER + 40 * 24 * HOUR
    answer = send(laboratory, plate("P7", {}, replaced={"|A1|": "|Z1|"}), at=late)
    assert answer.state is State.REFUSED and len(answer.problems) == 1
    assert "order" in answer.problems[0].english


def test_a_program_that_writes_no_reports_hands_in_no_run(town):
    reader = hospital("L8", scopes="system/Patient.rs")
    text = plate("P8", {"T00000000001": factories.NEGATIVE}).replace("|L7|", "|L8|")
    answer = send(reader, text)
    assert answer.state is State.REFUSED and not models.Plate.objects.exists()


def test_by_socket_and_by_http_the_answer_is_the_same(town, laboratory, monkeypatch):
    from kangmai.access.actions import issue_operator_token
    from kangmai.exchange.hl7v2 import door, listener
    from kangmai.kernel.actor import operator

    class Clock:
        @staticmethod
        def now(_zone):
            return LATER

    monkeypatch.setattr(listener, "datetime", Clock)
    monkeypatch.setattr(door, "datetime", Clock)
    token = issue_operator_token(
        scope="system/*.cruds", organization_id=laboratory.id, ttl_seconds=600, actor=operator("test"), at=LATER
    ).token  # fmt: skip
    raw = plate("P9", {"T00000000001": factories.NEGATIVE}, control="K9").encode()
    given = {
        "REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/hl7-v2", "CONTENT_LENGTH": str(len(raw)),
        "wsgi.input": io.BytesIO(raw), "HTTP_AUTHORIZATION": f"Bearer {token}",
    }  # fmt: skip
    body = b"".join(door.application(given, lambda *_: None))
    assert b"MSA|AA|K9" in body
    page = queries.plates(actor=person(82, "testing.bench", organization=laboratory.id), at=LATER)
    assert [each.code for each in page.rows] == ["P9"]
    faulty = raw.replace(b"|A1|", b"|Z1|").replace(b"|K9|", b"|K10|")
    line = listener.Listener([listener.Line("127.0.0.1", 0, laboratory.program)])
    line.start()
    with socket.create_connection(("127.0.0.1", line.ports[0]), 20) as stream:
        stream.sendall(listener.START + faulty + listener.END)
        answer = stream.recv(65536)
    line.stop()
    assert b"MSA|AE|K10" in answer and b"OBX^1^4^1" in answer
