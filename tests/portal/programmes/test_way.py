"""From door to door: villages in a row, numbers of houses as numbers, one household together."""

from types import SimpleNamespace

from kangmai.portal.programmes.way import from_door_to_door


def row(place, home, household=None, number="1"):
    return SimpleNamespace(
        enrolment=SimpleNamespace(place_code=place),
        home=home,
        household_id=household,
        index_number=number,
    )


def test_houses_stand_in_the_order_of_their_numbers():
    rows = [
        row("441202001002", "一队12号", 7, "3"),
        row("441202001001", "三巷2号"),
        row("441202001002", "一队9号", 5, "2"),
        row("441202001002", "", None, "9"),
        row("441202001002", "一队12号", 7, "1"),
    ]
    walked = [
        (each.place_code, each.home, each.number) for each in map(flat, from_door_to_door(rows))
    ]
    assert walked == [
        ("441202001001", "三巷2号", "1"),
        ("441202001002", "", "9"),
        ("441202001002", "一队9号", "2"),
        ("441202001002", "一队12号", "1"),
        ("441202001002", "一队12号", "3"),
    ]


def flat(found):
    return SimpleNamespace(
        place_code=found.enrolment.place_code, home=found.home, number=found.index_number
    )
