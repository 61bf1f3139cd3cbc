"""Invented people with known duplicates, to measure record linkage with.

Households with shared addresses and phones, siblings with a common generation character, twins,
identity numbers with check characters; every fifth row is a further record of someone already there,
with the errors that Chinese registration desks make. Names follow the project's own tables.

    python benchmarks/identity_people.py 1000000 PEOPLE.csv TRUTH.csv [--seed 1] [--errors 1.0]

TRUTH.csv has `id,person`. The error rates are those of `ERRORS`, multiplied by `--errors`.
"""

import argparse
from collections import defaultdict
from datetime import date, timedelta
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.csv
import yaml
from numpy.random import Generator
from opencc import OpenCC
from pypinyin import lazy_pinyin

from kangmai.standards.check_characters import mod_11_2_many
from kangmai.standards.tables import FOLDER

TODAY = np.datetime64("2025-06-30")
DUPLICATE_ROWS = 0.2
MORE_RECORDS = {1: 0.70, 2: 0.20, 3: 0.08, 4: 0.02}
"""Of the people with further records, how many have one, two, three or four."""

ERRORS = {
    "id missing": 0.38,
    "id missing under 6": 0.75,
    "mother's id under 6": 0.25,
    "id typo": 0.04,
    "id of 15 digits": 0.01,
    "homophone": 0.045,
    "near homophone": 0.015,
    "traditional": 0.02,
    "renamed": 0.015,
    "other surname": 0.005,
    "shortened": 0.009,
    "newborn placeholder": 0.40,
    "day wrong": 0.02,
    "month and day swapped": 0.01,
    "year wrong": 0.02,
    "year wrong over 65": 0.05,
    "lunar date": 0.045,
    "lunar date over 60": 0.09,
    "first of January": 0.008,
    "sex wrong": 0.005,
    "phone missing": 0.15,
    "phone changed": 0.33,
    "moved": 0.15,
    "mother missing": 0.10,
    "mother homophone": 0.03,
}
TOWNS = 140
STREETS = [
    "人民",
    "建设",
    "解放",
    "中山",
    "文明",
    "和平",
    "环城",
    "工业",
    "新华",
    "东风",
    "前进",
    "光明",
    "胜利",
    "团结",
    "幸福",
    "长江",
    "黄河",
    "文化",
    "站前",
    "滨江",
]


def _tiers(tiers: list) -> tuple[np.ndarray, np.ndarray]:
    """The characters or words of a table of tiers, and their chances."""
    words, weights = [], []
    for weight, text in tiers:
        part = text.split() if " " in text or len(text) < 1 else list(text)
        words += part
        weights += [float(weight)] * len(part)
    return np.array(words, dtype=object), np.array(weights) / sum(weights)


@cache
def _table(name: str) -> dict:
    return yaml.safe_load((FOLDER / "names" / f"{name}.yaml").read_text(encoding="utf-8"))


def _surnames(random: Generator, count: int) -> np.ndarray:
    table = _table("surnames")
    shares = table["single"] | table["compound"]
    chances = np.array(list(shares.values()))
    return random.choice(np.array(list(shares), dtype=object), count, p=chances / chances.sum())


def _given_of(cohort: dict, random: Generator, count: int) -> np.ndarray:
    kind = random.random(count)
    one, first, second, whole = (
        random.choice(words, count, p=chances)
        for words, chances in (_tiers(cohort[key]) for key in ("one", "first", "second", "whole"))
    )
    two = first + second
    single, part = cohort["single"], cohort["whole_part"]
    return np.where(kind < single, one, np.where(kind < single + part, whole, two))


def _given_names(random: Generator, year: np.ndarray, male: np.ndarray) -> np.ndarray:
    """Given names for people by year of birth and sex, from the table of cohorts."""
    cohorts = _table("given_names")["cohorts"]
    place = np.clip(np.searchsorted([c["from"] for c in cohorts], year, side="right") - 1, 0, None)
    given = np.empty(len(year), dtype=object)
    for number, cohort in enumerate(cohorts):
        for sex, key in ((True, "male"), (False, "female")):
            mask = (place == number) & (male == sex)
            given[mask] = _given_of(cohort[key], random, int(mask.sum()))
    return given


def _days(random: Generator, year: np.ndarray) -> np.ndarray:
    start = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    return np.minimum(
        start + random.integers(0, 365, len(year)), TODAY - random.integers(0, 300, len(year))
    )


def _phones(random: Generator, count: int) -> np.ndarray:
    prefixes = np.array(
        [133, 135, 136, 137, 138, 139, 150, 151, 158, 159, 177, 180, 186, 188, 189, 199]
    )
    return random.choice(prefixes, count) * 100_000_000 + random.integers(0, 100_000_000, count)


def _addresses(random: Generator, town: np.ndarray) -> np.ndarray:
    count = len(town)
    street = random.integers(0, len(STREETS), count)
    road, number, flat = (random.integers(1, high, count) for high in (9, 240, 30))
    return np.array(
        [
            f"{town_name(t)}{STREETS[s]}{'东南西北中'[r % 5]}路{n}号{f // 5 + 1}0{f % 5 + 1}房"
            for t, s, r, n, f in zip(town, street, road, number, flat, strict=True)
        ],
        dtype=object,
    )


def town_name(town: int) -> str:
    """An invented name for one of the towns."""
    return "龙凤金石河白新大高双"[town % 10] + "潭岗桥塘湖坪洲埔镇沙田水山溪"[town // 10] + "镇"


def _identity_numbers(
    random: Generator, town: np.ndarray, birth: np.ndarray, male: np.ndarray
) -> np.ndarray:
    """Numbers with region, birth date, sequence by sex and check character; a fifth from elsewhere."""
    count = len(town)
    local = np.array([441202, 441203, 441204, 441223, 441224, 441225, 441226, 441284])[town % 8]
    elsewhere = random.choice(
        [440103, 450702, 430121, 360102, 510104, 420106, 522121, 370303], count
    )
    region = np.where(random.random(count) < 0.8, local, elsewhere)
    day = birth.astype("datetime64[D]").astype(object)
    ymd = np.array([d.year * 10000 + d.month * 100 + d.day for d in day])
    sequence = random.integers(0, 499, count) * 2 + np.where(male, 1, 2)
    body = region.astype(np.int64) * 10**11 + ymd * 1000 + sequence
    return np.array(
        [f"{b}{c}" for b, c in zip(body, mod_11_2_many(body), strict=True)], dtype=object
    )


HOUSEHOLDS = ("a", "ac", "b", "ab", "abc", "abcc", "abccg", "abcgh", "abccgh", "gh", "abccc")
"""a husband, b wife, c child, g his father, h his mother."""
HOUSEHOLD_CHANCES = (0.10, 0.03, 0.10, 0.15, 0.16, 0.16, 0.06, 0.06, 0.05, 0.10, 0.03)


def residents(rows: int, random: Generator) -> dict[str, np.ndarray]:
    """`rows` different people in households, as columns."""
    kinds = random.choice(len(HOUSEHOLDS), rows // 2 + 20, p=HOUSEHOLD_CHANCES)
    roles = np.array(list("".join(HOUSEHOLDS[kind] for kind in kinds)))[:rows]
    house = np.repeat(np.arange(len(kinds)), [len(HOUSEHOLDS[kind]) for kind in kinds])[:rows]
    homes = len(kinds)
    husband_year = np.clip(random.normal(1975, 15, homes), 1935, 2001).astype(int)
    wife_year = np.clip(husband_year + random.integers(-1, 6, homes), 1936, 2003)
    year = np.select(
        [roles == "a", roles == "b", roles == "c"],
        [husband_year[house], wife_year[house], wife_year[house] + random.integers(20, 36, rows)],
        husband_year[house] - random.integers(22, 34, rows),
    )
    year = np.clip(year, 1922, 2025)
    male = np.select(
        [np.isin(roles, ["a", "g"]), np.isin(roles, ["b", "h"])],
        [True, False],
        random.random(rows) < 0.53,
    )
    birth = _days(random, year)
    child = roles == "c"
    second = np.flatnonzero(child[1:] & child[:-1] & (house[1:] == house[:-1])) + 1
    twins = second[random.random(len(second)) < 0.015 * 2]
    birth[twins] = birth[twins - 1]
    family = _surnames(random, homes)
    surname = np.where(np.isin(roles, ["b", "h"]), _surnames(random, rows), family[house])
    given = _given_names(random, birth.astype("datetime64[Y]").astype(int) + 1970, male)
    for place in second[random.random(len(second)) < 0.35]:
        given[place] = given[place - 1][0] + given[place][-1]
    name = surname + given
    mother = _surnames(random, rows) + _given_names(random, year - 26, np.zeros(rows, bool))
    wife = np.full(homes, "", dtype=object)
    wife[house[roles == "b"]] = name[roles == "b"]
    mother = np.where(child & (wife[house] != ""), wife[house], mother)
    towns = random.integers(0, TOWNS, homes)
    address = _addresses(random, towns)
    phone = _phones(random, rows)
    home_phone = _phones(random, homes)
    phone = np.where(
        (random.random(rows) < 0.30) | (child & (year > 2010)), home_phone[house], phone
    )
    number = _identity_numbers(random, towns[house], birth, male)
    mother_number = np.full(homes, "", dtype=object)
    mother_number[house[roles == "b"]] = number[roles == "b"]
    return {
        "name": name,
        "sex": male,
        "birth_date": birth,
        "id_number": number,
        "phone": phone,
        "address": address[house],
        "town": towns[house],
        "mother": mother,
        "mother_number": mother_number[house],
    }


@cache
def _sound_alikes() -> tuple[dict[str, str], dict[str, str]]:
    """For each character, others with the same reading, and others that only sound near."""
    common = bytes(
        byte
        for high in range(0xB0, 0xD8)
        for low in range(0xA1, 0xFF)
        if (high, low) < (0xD7, 0xFA)
        for byte in (high, low)
    ).decode("gb2312")
    same, near = defaultdict(str), defaultdict(str)
    for character in common:
        reading = lazy_pinyin(character)[0]
        same[reading] += character
        near[_blur(reading)] += character
    alike = {c: same[lazy_pinyin(c)[0]].replace(c, "") for c in common}
    nearly = {
        c: "".join(o for o in near[_blur(lazy_pinyin(c)[0])] if lazy_pinyin(o) != lazy_pinyin(c))
        for c in common
    }
    return alike, nearly


def _blur(reading: str) -> str:
    """The reading with the sounds merged that southern speakers do not keep apart."""
    for sharp, blunt in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n")):
        reading = reading.replace(sharp, blunt)
    return "l" + reading[1:] if reading.startswith("n") else reading


class Desk:
    """Someone at a counter who writes down a person again, with that desk's errors."""

    def __init__(self, random: Generator, errors: float) -> None:
        self.random = random
        self.errors = errors
        self.traditional = OpenCC("s2t").convert
        self.surnames = iter(_surnames(random, 200_000))

    def errs(self, kind: str) -> bool:
        """Whether this error happens now."""
        return self.random.random() < min(0.97, ERRORS[kind] * self.errors)

    def heard(self, name: str, table: int) -> str:
        """The name with one character written as another of the same (0) or a near (1) sound."""
        place = (
            int(self.random.integers(0 if self.random.random() < 0.15 else 1, len(name)))
            if len(name) > 1
            else 0
        )
        choices = _sound_alikes()[table].get(name[place], "")
        if not choices:
            return name
        return name[:place] + choices[int(self.random.integers(len(choices)))] + name[place + 1 :]

    def name(self, row: dict, age: float) -> str:
        """The name as this desk writes it."""
        name = row["name"]
        if age < 1 and self.errs("newborn placeholder"):
            return row["mother"] + ("之子" if row["sex"] else "之女")
        if self.errs("renamed"):
            year, male = np.array([row["birth_date"].year]), np.array([row["sex"]])
            return name[0] + str(_given_names(self.random, year, male)[0])
        if self.errs("other surname"):
            return next(self.surnames) + name[1:]
        if self.errs("shortened") and len(name) > 2:
            return name[:2] if self.random.random() < 0.5 else "小" + name[-1]
        for kind, table in (("homophone", 0), ("near homophone", 1)):
            if self.errs(kind):
                name = self.heard(name, table)
        return self.traditional(name) if self.errs("traditional") else name

    def birth_date(self, birth: date, age: float) -> date:
        """The birth date as this desk writes it."""
        if self.errs("lunar date over 60" if age > 60 else "lunar date"):
            return lunar_date(birth)
        if self.errs("day wrong"):
            return birth.replace(day=int(self.random.integers(1, 29)))
        if self.errs("month and day swapped") and birth.day <= 12:
            return birth.replace(month=birth.day, day=birth.month)
        if self.errs("year wrong over 65" if age > 65 else "year wrong") and birth.day < 29:
            return birth.replace(year=birth.year + int(self.random.choice([-2, -1, 1, 2])))
        return birth.replace(month=1, day=1) if self.errs("first of January") else birth

    def number(self, row: dict, age: float) -> str:
        """The identity number as this desk writes it."""
        number = row["id_number"]
        if self.errs("id missing under 6" if age < 6 else "id missing"):
            return ""
        if age < 6 and row["mother_number"] and self.errs("mother's id under 6"):
            return row["mother_number"]
        if self.errs("id typo"):
            place = int(self.random.integers(0, 17))
            if self.random.random() < 0.3 and place < 16:
                return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            return number[:place] + str(self.random.integers(10)) + number[place + 1 :]
        if self.errs("id of 15 digits") and number[6:8] == "19":
            return number[:6] + number[8:17]
        return number

    def write(self, row: dict) -> dict:
        """A further record of a person."""
        birth = row["birth_date"]
        age = (TODAY.astype(date) - birth).days / 365.25
        new = row | {
            "name": self.name(row, age),
            "birth_date": self.birth_date(birth, age),
            "id_number": self.number(row, age),
        }
        if self.errs("sex wrong"):
            new["sex"] = not row["sex"]
        if self.errs("phone missing"):
            new["phone"] = 0
        elif self.errs("phone changed"):
            new["phone"] = int(_phones(self.random, 1)[0])
        if self.errs("moved"):
            new["town"] = (
                int(self.random.integers(TOWNS)) if self.random.random() < 0.6 else row["town"]
            )
            new["address"] = str(_addresses(self.random, np.array([new["town"]]))[0])
        if self.errs("mother missing"):
            new["mother"] = ""
        elif self.errs("mother homophone"):
            new["mother"] = self.heard(row["mother"], 0)
        return new


@cache
def lunar_date(day: date) -> date:
    """The lunar month and day of a solar day, written as if they were solar."""
    from lunar_python import Solar

    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    year, month, number = lunar.getYear(), abs(lunar.getMonth()), lunar.getDay()
    try:
        return date(year, month, number)
    except ValueError:
        return date(year, month, 28) + timedelta(days=0)


def people(rows: int, *, seed: int = 1, errors: float = 1.0) -> pa.Table:
    """A table of `rows` records with the truth in its last two columns, in random order.

    Columns: id, name, sex (男 or 女), birth_date, id_number, phone, address, town, mother, person, and
    `is_first`, whether it is the record that the others of this person were written after, without errors.
    """
    random = np.random.default_rng(seed)
    further = int(rows * DUPLICATE_ROWS)
    columns = residents(rows - further, random)
    columns["birth_date"] = columns["birth_date"].astype("datetime64[D]").astype(object)
    counts = random.choice(list(MORE_RECORDS), further, p=list(MORE_RECORDS.values()))
    persons = np.repeat(
        random.permutation(rows - further)[: len(counts)], counts[: rows - further]
    )[:further]
    desk = Desk(random, errors)
    written = [
        desk.write({key: column[p] for key, column in columns.items()}) for p in persons.tolist()
    ]
    for key in columns:
        columns[key] = np.concatenate(
            [columns[key], np.array([row[key] for row in written], dtype=columns[key].dtype)]
        )
    person = np.concatenate([np.arange(rows - further), persons])
    first = np.arange(rows) < rows - further
    columns["id_number"] = np.where(first & (random.random(rows) < 0.04), "", columns["id_number"])
    columns["phone"] = np.where(first & (random.random(rows) < 0.05), 0, columns["phone"])
    order = random.permutation(rows)
    truth = {"person": pa.array(person[order]), "is_first": pa.array(first[order])}
    return _table_of(columns, truth, order)


def _table_of(
    columns: dict[str, np.ndarray], truth: dict[str, pa.Array], order: np.ndarray
) -> pa.Table:
    towns = np.array([town_name(town) for town in range(TOWNS)], dtype=object)
    text = columns | {
        "sex": np.where(columns["sex"], "男", "女"),
        "birth_date": np.array([day.isoformat() for day in columns["birth_date"]], dtype=object),
        "phone": np.array(
            [str(phone) if phone else "" for phone in columns["phone"].tolist()], dtype=object
        ),
        "town": towns[columns["town"].astype(int)],
    }
    del text["mother_number"]
    table = {"id": pa.array(np.arange(len(order)) + 1)}
    table |= {key: pa.array(column[order].tolist(), pa.string()) for key, column in text.items()}
    return pa.table(table | truth)


def write(table: pa.Table, people_path: str, truth_path: str) -> None:
    """Write the records and, apart from them, the truth."""
    pyarrow.csv.write_csv(table.drop_columns(["person", "is_first"]), people_path)
    pyarrow.csv.write_csv(table.select(["id", "person"]), truth_path)


def main() -> None:
    """Make the two files that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("rows", type=int)
    parser.add_argument("people")
    parser.add_argument("truth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", type=float, default=1.0)
    asked = parser.parse_args()
    write(people(asked.rows, seed=asked.seed, errors=asked.errors), asked.people, asked.truth)


if __name__ == "__main__":
    main()
