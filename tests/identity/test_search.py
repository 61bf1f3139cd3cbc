"""What is typed into the search box finds the same people by whichever way the hits are met with the scope."""

import datetime

import pytest

from kangmai.identity import actions, queries
from kangmai.identity.types import Demographics
from kangmai.kernel.actor import operator
from kangmai.kernel.ids import OrganizationId
from kangmai.records.queries import people
from tests.factories.actors import actor

AT = datetime.datetime(2026, 3, 1, 8, tzinfo=datetime.UTC)
OPERATOR = operator("test")
HERE, THERE, FAR = "441202001002", "441202001003", "441203001001"
NAMES = ("王芳", "王伟", "王小明", "李伟", "欧阳王")
KINGS = (*NAMES[:3], "欧阳王")
"""A given name is a beginning too."""
ACTORS = {
    "village": actor(places=[HERE]),
    "town": actor(places=["441202001"]),
    "institution": actor(organizations=[9]),
    "city": actor(places=["4412"]),
    "everything": OPERATOR,
    "nobody": actor(),
}
TEXTS = ("王", "wang", "wa", "王芳", "wf", "li", "李伟", "13912345678", "赵")


@pytest.fixture(scope="module")
def residents(shared_database):
    """The names in three villages, the far one's managed by an institution; all with one telephone."""
    for number, place in enumerate((HERE, THERE, FAR)):
        for name in NAMES:
            known = Demographics(
                name, "2", datetime.date(1960 + number, 1, 2), place, phones=("13912345678",)
            )
            managing = OrganizationId(9) if place == FAR else None
            actions.register_resident(known, managing_org=managing, actor=OPERATOR, at=AT)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("who", ACTORS)
def test_three_ways_find_the_same(residents, monkeypatch, who, text):
    usual = found(who, text)
    assert usual == expected(who, text)
    monkeypatch.setattr(people, "FEW_HITS", 0)
    for part in (1.0, 0.0):
        monkeypatch.setattr(people, "PART_OF_A_CITY", part)
        monkeypatch.setattr(people, "BATCH", 2)
        assert found(who, text) == usual


def found(who, text):
    rows = queries.search_residents(text, limit=50, actor=ACTORS[who], at=AT)
    return {(row.demographics.name, row.demographics.place_code) for row in rows}


def expected(who, text):
    """By looking at every name: the slow obvious way."""
    hits = {
        "王": KINGS, "wang": KINGS, "wa": KINGS, "王芳": ("王芳",), "wf": ("王芳",), "li": ("李伟",),
        "李伟": ("李伟",), "13912345678": NAMES, "赵": (),
    }[text]  # fmt: skip
    places = {
        "village": {HERE}, "town": {HERE, THERE}, "institution": {FAR}, "city": {HERE, THERE, FAR},
        "everything": {HERE, THERE, FAR}, "nobody": set(),
    }[who]  # fmt: skip
    return {(name, place) for name in hits for place in places}
