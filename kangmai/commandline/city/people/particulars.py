"""What is written down about residents besides who they are: kin, schooling, work, numbers, moves."""

import numpy as np

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.columns import HERE, Dates, Text
from kangmai.commandline.city.people import numbers
from kangmai.commandline.city.people.families import MARRIED
from kangmai.commandline.city.people.frame import Frame
from kangmai.commandline.city.people.health import NONE
from kangmai.commandline.city.people.person import Person
from kangmai.commandline.city.streams import (
    YEAR_DAYS,
    Codes,
    Flags,
    Whole,
    along,
    inverse,
    rows_choice,
)

MARITAL_CODES = np.array([b"10", b"21", b"30", b"40"])


REMARRIED = b"22"


def from_elsewhere(frame: Frame) -> Flags:
    """Who was born outside the city, fewer among children who live with their mother."""
    rules = read("population")["birthplace_outside_county"]
    chance = np.where(frame.urban, rules["urban"], rules["rural"])
    chance = np.where(frame.person.mother >= 0, chance * 0.3, chance)
    return frame.stream.chance(chance, frame.count)


def without_identity_number(frame: Frame) -> Flags:
    """The newborn, mostly, have no number yet."""
    rules = read("population")["households"]["without_identity_number"]
    return frame.stream.chance(along(rules, "part", frame.years), frame.count)


def phones(frame: Frame) -> tuple[Text, Flags]:
    """A phone each, and who uses that of the head of the household; some have none."""
    rules = read("population")["households"]
    head, number = frame.person.household, frame.number
    is_head = head == np.arange(frame.count)
    draw = frame.stream.uniform(frame.count)
    none = along(rules["no_phone"], "part", frame.years)
    shares = along(rules["shared_phone"], "part", frame.years)
    shared = (draw >= none) & (draw < none + shares) & ~is_head
    phone = numbers.phones(np.where(shared, number[head], number))
    return np.where((draw < none) & ~is_head, b"", phone), shared


def household_serials(frame: Frame) -> Whole:
    """The number of each one's household within its village, from 0; rows are in that order."""
    of_home = frame.village[frame.first_of]
    starts = np.searchsorted(of_home, of_home, side="left")
    return (np.arange(frame.homes) - starts)[frame.home_of]


def moves(frame: Frame) -> tuple[Dates, Text]:
    """Households that moved in within the last years: from another village, or from outside."""
    rules, stream, homes = read("population")["moves"], frame.stream, frame.homes
    inside = rules["within_city"] * rules["years"]
    outside = rules["in_from_outside"] * rules["years"]
    draw = stream.uniform(homes)
    days = (stream.uniform(homes) * rules["years"] * YEAR_DAYS).astype(np.int64) + 1
    everywhere = [code for each in frame.places.towns for code in each.villages]
    source = np.array(everywhere, dtype="S12")[stream.below(len(everywhere), homes)]
    near, _ = numbers.regions_outside(frame.places.city.code)
    abroad = near[stream.below(len(near), homes)].astype("S12")
    came_from = np.where(draw < inside, source, np.where(draw < inside + outside, abroad, b""))
    came_on = np.where(came_from != b"", frame.today - days.astype("timedelta64[D]"), NONE)
    came_on = came_on[frame.home_of]
    born = frame.person.births.astype("datetime64[D]")
    return np.maximum(came_on, born), came_from[frame.home_of]


def records(frame: Frame) -> tuple[Text, Dates]:
    """Health record numbers, a serial for each village, and the day the record was begun."""
    part = read("population")["households"]["health_record_part"]
    has = frame.stream.chance(part, frame.count)
    before: Whole = np.cumsum(has) - has
    first: Whole = np.searchsorted(frame.village, frame.village, side="left")
    serial = before - before[first] + 1
    codes = np.array([int(code) for code in frame.town.villages], dtype=np.int64)
    text = numbers.record_numbers(codes[frame.village], serial)
    return np.where(has, text, b""), np.where(has, _begun(frame), NONE)


def _begun(frame: Frame) -> Dates:
    """Some day since 2010, four weeks after birth at the earliest, before death or leaving."""
    days = frame.stream.below(4000, frame.count).astype("timedelta64[D]")
    born = frame.person.births.astype("datetime64[D]")
    start = np.maximum(np.datetime64("2010-01-01") + days, born + np.timedelta64(28, "D"))
    ended = np.where(frame.here, frame.today, frame.person.ended.astype("datetime64[D]"))
    return np.minimum(start, ended)


def teams(frame: Frame, known: Dates) -> tuple[Codes, Dates]:
    """Which team serves one, and since when one has signed with it; the ill, old and young more often."""
    part = read("population")["households"]["signed_with_team"]
    ill = ~np.isnat(known).all(axis=1)
    priority = ill | (frame.years >= 65) | (frame.years < 7)
    chance = np.where(priority, part["priority"], part["all"])
    signed = frame.here & frame.stream.chance(chance, frame.count)
    days = frame.stream.uniform(frame.count) * np.minimum(frame.years, 3) * YEAR_DAYS
    team = (frame.village // read("network")["team_villages"]).astype(np.int16)
    since = frame.today - days.astype(np.int64).astype("timedelta64[D]")
    return team, np.where(signed, since, NONE)


def relations(person: Person) -> Text:
    """To the head, who is the man, else the adult, of the oldest nucleus: codes of the record form."""
    own = np.arange(len(person.births))
    head = person.household
    relation = np.full(len(own), b"8", dtype="S1")
    of_child = np.where(person.is_man, b"2", b"3")
    child = (person.depth == 1) & ((person.nucleus == head) | person.is_man | (person.spouse < 0))
    relation[child] = of_child[child]
    relation[(person.depth >= 2) & (person.spouse < 0)] = b"4"
    relation[(person.spouse == head) & (own != head)] = b"1"
    relation[person.state != HERE] = b"8"
    relation[own == head] = b"0"
    return relation


def marital_codes(frame: Frame) -> Text:
    """Codes of GB/T 2261.2; a few of the married for the second time."""
    codes = MARITAL_CODES[frame.person.marital]
    part = read("population")["marriage_percent"]["remarried_part"]
    again = frame.stream.chance(part, frame.count)
    return np.where((frame.person.marital == MARRIED) & again, REMARRIED, codes)


def education(frame: Frame) -> Text:
    """Highest schooling finished, or begun by those who are still at school; none below six years."""
    rules, years = read("population")["education"], frame.years
    codes = np.array([*rules["codes"], ""], dtype="S2")
    born = frame.person.births / YEAR_DAYS + 1970
    lines = np.array(rules["parts"])
    at = np.interp(born, rules["born"], np.arange(len(lines)))
    row = (at + frame.stream.uniform(frame.count)).astype(np.int64)
    old_women = ~frame.person.is_man & (born < 1970)
    draw = frame.stream.uniform(frame.count) * np.where(old_women, 0.8, 1.0)
    found = rows_choice(lines, np.clip(row, 0, len(lines) - 1), draw)
    found = np.where(years < 22, np.minimum(found, 4), found)
    found = np.where(years < 18, 2, found)
    found = np.where(years < 15, 1, found)
    return codes[np.where(years < 6, len(codes) - 1, found)]


def occupations(frame: Frame) -> Text:
    """By town or country for those of working age; pupils, students and the retired have none."""
    rules, years = read("population")["occupation"], frame.years
    codes = np.array(rules["codes"], dtype="S1")
    both = np.array([rules["rural"], rules["urban"]])
    found = rows_choice(both, frame.urban.astype(np.int64), frame.stream.uniform(frame.count))
    until = rules["works_until"]
    retired = years >= np.where(frame.person.is_man, until["men"], until["women"])
    farming = (codes[found] == b"4") & (years < until["farmers"])
    at_school = np.where(years < 18, 0.95, 0.55)
    learning = (years < 16) | ((years < 22) & frame.stream.chance(at_school, frame.count))
    return np.where(learning | (retired & ~farming), codes[-1], codes[found])


def payments(frame: Frame) -> Text:
    """Way of paying for care, by town or country."""
    rules = read("population")["payment"]
    both = np.array([rules["rural"], rules["urban"]])
    found = rows_choice(both, frame.urban.astype(np.int64), frame.stream.uniform(frame.count))
    return np.array(rules["codes"], dtype="S1")[found]


def picked(frame: Frame, name: str) -> Text:
    """A code each from a table of codes and parts."""
    rules = read("population")[name]
    codes = np.array(rules["codes"], dtype="S1")
    return codes[
        inverse(np.array(rules["parts"], dtype=np.float64), frame.stream.uniform(frame.count))
    ]
