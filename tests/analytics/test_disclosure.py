"""Hidden numbers stay hidden from somebody who reckons with all that is shown."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from kangmai.analytics.disclosure import hidden

LEAST = 5


def test_the_worked_example_of_the_page():
    children = {"county": ("A", "B", "C", "D")}
    amounts = {"county": 60, "A": 3, "B": 7, "C": 20, "D": 30}
    assert hidden("county", children, amounts, least=LEAST) == {"A", "B"}


def test_two_small_parts_that_are_small_together_take_a_third():
    children = {"county": ("A", "B", "C", "D")}
    amounts = {"county": 53, "A": 1, "B": 2, "C": 20, "D": 30}
    assert hidden("county", children, amounts, least=LEAST) == {"A", "B", "C"}


def test_nothing_small_hides_nothing_and_zero_is_shown():
    assert hidden("a", {"a": ("b", "c")}, {"a": 5, "b": 5, "c": 0}, least=LEAST) == frozenset()


def test_a_small_whole_hides_all_below():
    children = {"a": ("b", "c"), "b": ("d",)}
    assert hidden("a", children, {"a": 4, "b": 4, "c": 0, "d": 4}, least=LEAST) == {
        "a",
        "b",
        "c",
        "d",
    }


@st.composite
def cities(draw):
    """Counties, towns and villages with amounts that add up."""
    amount = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 14, 40])
    children, amounts = {"city": []}, {}
    for c in range(draw(st.integers(1, 3))):
        county = f"c{c}"
        children["city"].append(county)
        children[county] = [f"{county}t{t}" for t in range(draw(st.integers(1, 3)))]
        for town in children[county]:
            children[town] = [f"{town}v{v}" for v in range(draw(st.integers(1, 3)))]
            amounts |= {village: draw(amount) for village in children[town]}
            amounts[town] = sum(amounts[village] for village in children[town])
        amounts[county] = sum(amounts[town] for town in children[county])
    amounts["city"] = sum(amounts[county] for county in children["city"])
    return children, amounts


def bounds(children, amounts, closed, area):
    """The least and the most an area can be for somebody who knows all that is shown and that nothing is negative."""
    names = sorted(amounts)
    at = {name: position for position, name in enumerate(names)}
    equations, values = [], []
    for parent, parts in children.items():
        row = np.zeros(len(names))
        row[at[parent]] = -1
        for part in parts:
            row[at[part]] = 1
        equations.append(row)
        values.append(0)
    known = [(amounts[n], amounts[n]) if n not in closed else (0, None) for n in names]
    found = []
    for sign in (1, -1):
        goal = np.zeros(len(names))
        goal[at[area]] = sign
        answer = linprog(goal, A_eq=np.array(equations), b_eq=values, bounds=known, method="highs")
        found.append(sign * answer.fun if answer.status == 0 else sign * np.inf * -1)
    return found[0], (found[1] if np.isfinite(found[1]) else np.inf)


@settings(max_examples=60, deadline=None)
@given(cities())
def test_no_small_number_can_be_reckoned_back(city):
    children, amounts = city
    closed = hidden("city", children, amounts, least=LEAST)
    for area, amount in amounts.items():
        if 0 < amount < LEAST:
            assert area in closed
            least, most = bounds(children, amounts, closed, area)
            assert least <= amount <= most
            assert most >= LEAST, (area, amount, most)
