"""The history: possible, believable, and as flawed as real data."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from kangmai.commandline.city.columns import CONTACT_KINDS, HERE, block_of, history_of_block
from kangmai.commandline.city.history import Span, diagnosis_codes, town_history, vaccine_codes
from kangmai.programmes.immunization.rules import wanted_doses
from kangmai.programmes.immunization.types import Child, Given, Sex, Status

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()


@pytest.fixture(scope="module")
def histories(city, chunks):
    """A whole year of everyone."""
    return [(chunk, town_history(city, chunk, Span())) for chunk in chunks]


def joined(histories, table, column):
    return np.concatenate([getattr(getattr(history, table), column) for _, history in histories])


def test_nothing_happens_before_birth_or_after_leaving(city, histories):
    midnight = (np.datetime64(city.on) - np.datetime64("1970-01-01")).astype(int) * DAY - 8 * 3600
    for chunk, history in histories:
        people, visits = chunk.residents, history.encounters
        born = people.birth_on[visits.resident].astype(int) * DAY - 8 * 3600
        assert (visits.started_at >= born).all()
        assert (visits.started_at < visits.ended_at).all()
        assert (visits.ended_at < midnight).all() and (visits.entered_at < midnight).all()
        gone = people.state[visits.resident] != HERE
        ended = people.ended_on[visits.resident][gone].astype(int) * DAY - 8 * 3600
        assert (visits.ended_at[gone] < ended).all()


def test_follow_ups_begin_with_enrolment(histories):
    for chunk, history in histories:
        visits = history.visits
        enrolled = chunk.residents.enrolled_on[visits.resident, 0]
        day = ((visits.visited_at + 8 * 3600) // DAY).astype("datetime64[D]")
        assert (day >= enrolled).all()


def test_follow_ups_by_phone_have_no_readings(histories):
    for _, history in histories:
        by_phone = history.visits.method == b"3"
        assert np.isnan(history.visits.systolic[by_phone]).all()
        assert not np.isnan(history.visits.systolic[~by_phone]).any()
    assert set(joined(histories, "visits", "method")) == {b"1", b"2", b"3"}


def test_a_follow_up_has_its_reading_on_record_and_no_encounter(histories):
    for _, history in histories:
        readings = history.measurements
        taken = history.visits.reading >= 0
        rows = history.visits.reading[taken]
        assert (readings.encounter[rows] == -1).all() and (readings.kind[rows] == 0).all()
        assert (readings.value[rows] == history.visits.systolic[taken]).all()
        assert (readings.resident[rows] == history.visits.resident[taken]).all()
        assert (readings.institution[rows] == history.visits.institution[taken]).all()
    assert CONTACT_KINDS.index("hypertension_follow_up") not in joined(
        histories, "encounters", "kind"
    )


def test_mothers_were_in_hospital_at_the_birth(city, histories):
    delivery = len(diagnosis_codes()) - 1
    assert diagnosis_codes()[delivery]["icd10"] == "O80.9"
    stays = 0
    for chunk, history in histories:
        visits, people = history.encounters, chunk.residents
        rows = visits.reason == delivery
        days = ((visits.started_at[rows] + 8 * 3600) // DAY).astype("datetime64[D]")
        stays += int(rows.sum())
        for woman, day in zip(visits.resident[rows], days, strict=True):
            assert people.sex[woman] == b"2"
            assert day in people.birth_on[people.mother == woman]
    assert 0.005 < stays / city.residents < 0.015


def test_readings_have_the_flaws_of_real_data(histories):
    kind = joined(histories, "measurements", "kind")
    systolic = joined(histories, "measurements", "value")[kind == 0]
    diastolic = joined(histories, "measurements", "second")[kind == 0]
    assert 0.38 < (systolic % 10 == 0).mean() < 0.52
    assert 0.005 < np.isnan(diastolic).mean() < 0.02
    swapped = diastolic > systolic
    assert 0.0005 < swapped.mean() < 0.004
    usual = systolic[~swapped]
    assert usual.min() >= 70 and usual.max() <= 240
    sugar = joined(histories, "measurements", "value")[kind == 1]
    assert 0.1 < (sugar % 1 == 0).mean() < 0.35
    assert sugar.min() >= 2.8 and sugar.max() <= 28


def test_some_follow_ups_are_missed_and_some_entered_late(histories):
    enrolled = sum(
        int((~np.isnat(c.residents.enrolled_on[:, 0]) & (c.residents.state == HERE)).sum())
        for c, _ in histories
    )
    method = joined(histories, "visits", "method")
    assert 4 < len(method) / enrolled < 5.6  # regular ones, and after raised readings
    late = joined(histories, "visits", "entered_at") - joined(histories, "visits", "visited_at")
    assert 0.06 < (late > DAY / 2).mean() < 0.16
    assert 0.06 < (method == b"3").mean() < 0.15


def test_diagnoses_have_codes_and_the_chronic_stay(histories):
    codes = diagnosis_codes()
    assert codes[0]["icd10"] == "I10"
    for chunk, history in histories:
        table = history.diagnoses
        assert (table.code >= 0).all() and (table.code < len(codes)).all()
        assert np.isnat(table.abated_on[table.is_chronic]).all()
        assert (table.onset_on >= chunk.residents.birth_on[table.resident]).all()
        visit = table.encounter >= 0
        assert (history.encounters.resident[table.encounter[visit]] == table.resident[visit]).all()


def test_doses_are_given_as_the_schedule_allows(city, histories):
    """A clinic gives nothing too early or too near another dose: the schedule takes nearly every dose as valid."""
    counted: Counter[Status] = Counter()
    for chunk, history in histories[:4]:
        table, people = history.vaccinations, chunk.residents
        codes, day = vaccine_codes(), (table.given_at + 8 * 3600) // DAY
        for row in np.flatnonzero(
            (people.birth_on > np.datetime64("2019-01-01")) & (people.state == HERE)
        ):
            own = np.flatnonzero(table.resident == row)
            born: date = people.birth_on[row].astype(object)
            given = (Given(int(day[n]) + EPOCH, codes[table.vaccine[n]]) for n in own)
            child = Child(born=born.toordinal(), sex=Sex.MALE, given=tuple(sorted(given)))
            counted.update(each.row.status for each in wanted_doses(child, on=city.on))
    assert counted[Status.DONE] > 1000
    assert counted[Status.INVALID] < 0.01 * counted[Status.DONE]
    assert counted[Status.OVERDUE] + counted[Status.AGED_OUT] < 0.04 * counted[Status.DONE]


def test_doses_come_in_order_to_children(histories):
    hepatitis_b = vaccine_codes().index("HepB")
    covered = children = 0
    for chunk, history in histories:
        table, people = history.vaccinations, chunk.residents
        rows = table.vaccine == hepatitis_b
        key = table.resident[rows] * 10 + table.dose[rows]
        assert len(np.unique(key)) == len(key)
        times = {
            (r, d): t
            for r, d, t in zip(
                table.resident[rows], table.dose[rows], table.given_at[rows], strict=True
            )
        }
        assert all(times[r, 1] < times[r, 3] for r, d in times if d == 3 and (r, 1) in times)
        age = (np.datetime64("2025-06-30") - people.birth_on).astype(int) / 365.2425
        due = np.flatnonzero((age > 2) & (age < 6) & (people.state == HERE))
        children += len(due)
        covered += sum((int(row), 3) in times for row in due)
    assert children > 500
    assert 0.95 < covered / children < 1


def test_a_longer_span_has_more_and_a_factor_scales_contacts(city, chunks):
    chunk = max(chunks, key=lambda each: len(each.residents))
    one = town_history(city, chunk, Span())
    three = town_history(city, chunk, Span(years=3))
    few = town_history(city, chunk, Span(contacts=0.2, doses_from_birth=False))
    assert 2.3 < len(three.encounters.id) / len(one.encounters.id) < 3.3
    assert len(few.encounters.id) < 0.8 * len(one.encounters.id)
    assert len(few.vaccinations.id) < 0.4 * len(one.vaccinations.id)


def test_ids_are_unique_in_the_city_and_the_same_again(city, histories):
    for table in ("encounters", "measurements", "diagnoses", "vaccinations"):
        ids = [row.tobytes() for row in joined(histories, table, "id")]
        assert len(set(ids)) == len(ids)
    chunk, history = histories[3]
    again = town_history(city, chunk, Span())
    assert (again.measurements.id == history.measurements.id).all()
    assert np.array_equal(again.measurements.value, history.measurements.value)


def test_everyone_has_a_year_and_a_sample_of_households_three(city, chunks):
    from kangmai.commandline.city.history.lengths import in_sample

    year_ago = (np.datetime64(city.on) - np.datetime64("1970-01-01")).astype(int) * DAY - 366 * DAY
    sampled = people = early = 0
    for chunk in chunks:
        flags = in_sample(city, chunk)
        homes = chunk.residents.household
        assert all(len(set(flags[homes == home])) == 1 for home in homes[:20])
        history = town_history(city, chunk)
        before = history.encounters.started_at < year_ago
        assert flags[history.encounters.resident[before]].all()
        early += int(before.sum())
        sampled += int(flags.sum())
        people += len(flags)
    assert early > 100
    assert 0.13 < sampled / people < 0.2  # 3,000 of 20,000, and two villages


def test_blocks_of_a_town_make_up_its_history(city, chunks):
    chunk = max(chunks, key=lambda each: len(each.residents))
    whole = town_history(city, chunk)
    count, half = len(chunk.residents), len(chunk.residents) // 2
    parts = [history_of_block(whole, *span) for span in ((0, half), (half, count))]
    for table in ("encounters", "measurements", "diagnoses", "vaccinations"):
        ids = np.concatenate([getattr(part, table).id for part in parts])
        assert (ids == getattr(whole, table).id).all()
    people = block_of(chunk, half, count).residents
    second = parts[1].encounters
    assert (second.resident >= 0).all() and (second.resident < len(people)).all()
    readings = parts[1].measurements
    visit = readings.encounter >= 0
    assert (second.resident[readings.encounter[visit]] == readings.resident[visit]).all()
