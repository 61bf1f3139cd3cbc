"""Whole files and single pairs are compared alike: the columns against their slow, obvious twin."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.identity.matching.batch.duckdb_engine import DuckDBEngine
from kangmai.identity.matching.batch.linkage import Scoring, train
from kangmai.identity.matching.comparison.blocking import key_columns, keys_of
from kangmai.identity.matching.comparison.levels import Kind
from kangmai.identity.matching.comparison.pair_columns import levels_of_pairs
from kangmai.identity.matching.comparison.pairs import levels_of
from kangmai.identity.matching.learning.bounding import HOPELESS, hopeless_for
from kangmai.identity.matching.learning.frequencies import frequencies_of, shares_of, value_of
from kangmai.identity.matching.learning.model import Model, for_index
from kangmai.identity.matching.learning.safeguards import cautions, cautions_of
from kangmai.identity.matching.learning.scoring import score_features
from kangmai.identity.matching.learning.weights import base_weights, common_share
from kangmai.identity.matching.preparation.columns import COLUMNS, columns
from kangmai.identity.matching.preparation.features import features
from kangmai.identity.matching.types import Person

NAMES = (
    (
        "王伟 王玮 王伟明 明王伟 张伟 章伟 張偉 欧阳修 欧阳 歐陽修 区永强 欧永强 单田芳 李娜 李芳 李娜之女 李娜之子 李芳之大宝 "
        "陈晓燕 成小艳 陈小燕 程晓燕 阿卜杜·热合曼 阿卜杜•热合曼 阿卜杜热合曼 古丽·买买提 刘林 牛林 胡芳 福芳 王建国 王国建 王健国 无名氏 "
        "John·Smith Smith,John j.smith ann ANN Ａnn José·Núñez 喆 王喆 王哲 髙峯 高峰 𫟹丽 王A 小明"
    )
    .replace("·Smith", " Smith")
    .replace("·Núñez", " Núñez")
    .split(" ")
)
WORDS = [
    "",
    "smith",
    "smyth",
    "Smith ",
    "ann",
    "anne",
    "a",
    "b",
    "o'neil",
    "oneil",
    "王",
    "伟",
    "de la cruz",
    "NaN",
]
NUMBERS = [
    "",
    "11010519491231002X",
    "11010519491231002x",
    "110105491231002",
    "110105194912310021",
    "440524188001010014",
    "44120219800501101X",
    "441202198005011028",
    "441202800501101",
    "911124198108030024",
    "USA110105810803",
    "1234567",
    "1234568",
    "1234 586",
    "000",
    "１２３４５６７",
]
DATES = [
    "",
    "1980-05-01",
    "19800501",
    "1980/1/5",
    "1980年5月1日",
    "1980-03-17",
    "1980-01-01",
    "1982-05-01",
    "1980-06-13",
    "1980",
    "1980-05",
    "19800231",
    "1908-05-01",
    "2020-04-23",
    "2020-05-20",
    "x",
]
PHONES = [
    "",
    "13512345678",
    "+86 135-1234-5678",
    "13512345687",
    "13800000000",
    "0758-2223333/13512345678",
    "1111111",
    "12",
]
ADDRESSES = [
    "",
    "人民路1号",
    "龙镇人民路1号",
    "人民 路 1号",
    "人民路12号3房",
    "1 High St., Flat 2",
    "1 high st flat 2",
    "2 low rd",
    "不详",
]
TOWNS = ["", "龙镇", "龙 镇", "凤镇", "Springfield", "springfeild"]
POSTCODES = ["", "526000", "526001", "000000", "2119"]

PEOPLE = st.builds(
    Person,
    name=st.sampled_from(["", *NAMES]),
    given_name=st.sampled_from(WORDS),
    surname=st.sampled_from(WORDS),
    sex=st.sampled_from(["", "男", "F", "1", "?"]),
    birth_date=st.sampled_from(DATES),
    id_number=st.sampled_from(NUMBERS),
    phone=st.sampled_from(PHONES),
    address=st.sampled_from(ADDRESSES),
    town=st.sampled_from(TOWNS),
    postcode=st.sampled_from(POSTCODES),
    mother=st.sampled_from(["", *NAMES]),
)


def table_of(people: list[Person]) -> pa.Table:
    """People as the table that files are read into."""
    return pa.table(
        {
            name: pa.array([getattr(person, name) or None for person in people], pa.string())
            for name in COLUMNS
        }
    )


def all_pairs(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Every row with every row, also with itself and both ways round."""
    grid = np.indices((size, size)).reshape(2, -1)
    return grid[0], grid[1]


@settings(max_examples=40, deadline=None)
@given(st.lists(PEOPLE, min_size=1, max_size=8))
def test_levels(people: list[Person]) -> None:
    left, right = all_pairs(len(people))
    many = levels_of_pairs(columns(table_of(people)), left, right)
    ready = [features(person) for person in people]
    one = [levels_of(ready[a], ready[b]) for a, b in zip(left, right, strict=True)]
    assert [tuple(map(int, levels)) for levels in one] == [tuple(pair) for pair in many.T.tolist()]


@settings(max_examples=40, deadline=None)
@given(st.lists(PEOPLE, min_size=1, max_size=8))
def test_values_that_count(people: list[Person]) -> None:
    c = columns(table_of(people))
    ready = [features(person) for person in people]
    for kind in Kind:
        codes = c.of(kind)
        values = [value_of(record, kind) for record in ready]
        assert [bool(code) for code in codes] == [bool(value) for value in values]
        for a in range(len(people)):
            for b in range(len(people)):
                assert (codes[a] == codes[b]) == (values[a] == values[b])


@settings(max_examples=40, deadline=None)
@given(st.lists(PEOPLE, min_size=2, max_size=6))
def test_blocking_keys(people: list[Person]) -> None:
    kinds = dict(key_columns(columns(table_of(people))))
    texts = [set(keys_of(features(person))) for person in people]
    for a in range(len(people)):
        for b in range(len(people)):
            shared = {text.split(":")[0] for text in texts[a] & texts[b]}
            assert shared == {name for name, key in kinds.items() if key[a] and key[a] == key[b]}


@settings(max_examples=300, deadline=None)
@given(
    st.tuples(*(st.integers(0, top) for top in (9, 6, 6, 9, 2, 7, 3, 4, 4, 3, 4))),
    st.floats(-30, 0),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_cautions(levels: tuple[int, ...], share: float, told: tuple[bool, bool, bool]) -> None:
    newborn, proved, adult = told
    many = cautions(
        np.array(levels, np.uint8)[:, None],
        np.array([share]),
        np.array([newborn]),
        np.array([proved]),
        np.array([adult]),
        common=common_share(),
    )
    one = cautions_of(
        levels, share, newborn=newborn, proved=proved, adult=adult, common=common_share()
    )
    assert one == tuple(caution for caution, holds in many.items() if holds[0])


def test_score_of_10000_random_pairs_equals_the_score_in_a_file(people_file: pa.Table) -> None:
    c = columns(people_file)
    shares = shares_of(c)
    pairs = DuckDBEngine().pairs(c.size, key_columns(c))
    trained = train(c, shares, pairs)
    random = np.random.default_rng(4)
    near = random.choice(pairs, 5_000)
    left = np.concatenate([near >> 32, random.integers(0, c.size, 5_000)])
    right = np.concatenate([near & 0xFFFFFFFF, random.integers(0, c.size, 5_000)])
    in_file, _ = Scoring(c, shares, trained.weights, trained.prior).probabilities(left, right)
    rows = people_file.select(list(set(COLUMNS) & set(people_file.column_names))).to_pylist()
    ready = [features(Person(**{key: value or "" for key, value in row.items()})) for row in rows]
    model = Model(trained.weights, trained.prior, frequencies_of(ready))
    alone = [
        score_features(ready[a], ready[b], model).probability
        for a, b in zip(left, right, strict=True)
    ]
    assert alone == pytest.approx(in_file.tolist(), rel=1e-9, abs=1e-15)


def test_nobody_is_left_out_who_may_be_the_one(people_file: pa.Table) -> None:
    """The bound of `hopeless_for` holds for the whole file's candidates, and leaves out most strangers."""
    rows = people_file.select(list(set(COLUMNS) & set(people_file.column_names))).to_pylist()
    people = [Person(**{key: value or "" for key, value in row.items()}) for row in rows]
    ready = [features(each) for each in people]
    model = for_index(base_weights(), frequencies_of(ready), residents=4_000_000)
    c = columns(people_file)
    random = np.random.default_rng(6)
    near = random.choice(DuckDBEngine().pairs(c.size, key_columns(c)), 4_000)
    left_out = 0
    for pair in near.tolist():
        a, b = pair >> 32, pair & 0xFFFFFFFF
        if hopeless_for(ready[a], model)(people[b]):
            left_out += 1
            assert score_features(ready[a], ready[b], model).probability < HOPELESS
    assert left_out > 100
