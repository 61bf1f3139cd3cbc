"""Definitions are checked whole, frozen, and found by the day they are in force."""

import datetime
import textwrap

import pytest

from kangmai.kernel import definitions

GOOD = """\
id: {id}
title: {{zh: 甲, en: A}}
status: active
source: {{document: test}}
verified: true
effective: {{from: {start}{to}}}
limit: {limit}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(definitions, "FOLDER", tmp_path)
    (tmp_path / "room" / "rule").mkdir(parents=True)
    (tmp_path / "room" / "rule.schema.json").write_text(
        '{"properties": {"limit": {"type": "integer", "maximum": 300}}, "required": ["limit"]}'
    )
    for function in (definitions.load, definitions._validators):
        function.cache_clear()
    yield tmp_path / "room" / "rule"
    for function in (definitions.load, definitions._validators):
        function.cache_clear()


def write(folder, name, *, id="a", start="2017-01-01", to="", limit="140"):
    to = f", to: {to}" if to else ""
    (folder / name).write_text(GOOD.format(id=id, start=start, to=to, limit=limit))


def test_entry_in_force_is_found_by_day(folder):
    write(folder, "a@2017.yaml", to="2025-01-01", limit="140")
    write(folder, "a@2025.yaml", start="2025-01-01", limit="130")
    on = datetime.date
    assert definitions.get("room", "rule", "a", on=on(2024, 12, 31)).content["limit"] == 140
    assert definitions.get("room", "rule", "a", on=on(2025, 1, 1)).content["limit"] == 130
    with pytest.raises(definitions.UnknownDefinition):
        definitions.get("room", "rule", "a", on=on(2016, 12, 31))


def test_content_cannot_be_changed(folder):
    write(folder, "a.yaml")
    content = definitions.load("room", "rule")[0].content
    with pytest.raises(TypeError):
        content["limit"] = 1


def test_every_fault_is_reported_with_file_and_line(folder):
    write(folder, "a.yaml", limit="1300")
    write(folder, "b.yaml", id="c")
    (folder / "d.yaml").write_text("id: d\nid: e\n")
    with pytest.raises(definitions.FaultyDefinitions) as error:
        definitions.load("room", "rule")
    assert error.value.details["count"] == 3
    text = str(error.value)
    assert "room/rule/a.yaml:7: " in text
    assert "room/rule/b.yaml:1: the id is not the file's name 'b'" in text
    assert "room/rule/d.yaml:2: not YAML: the key 'id' stands twice" in text


def test_schema_may_refer_to_its_own_parts(folder):
    definitions_of_its_own = '{"properties": {"limit": {"$ref": "#/$defs/positive"}},'
    definitions_of_its_own += '"$defs": {"positive": {"type": "integer", "minimum": 1}}}'
    folder.with_name("rule.schema.json").write_text(definitions_of_its_own)
    write(folder, "a.yaml", limit="1")
    write(folder, "b.yaml", id="b", limit="0")
    sound, faults = definitions.check("room", "rule")
    assert [definition.id for definition in sound] == ["a"]
    assert [(fault.file, fault.line) for fault in faults] == [("room/rule/b.yaml", 7)]


def test_versions_may_not_overlap(folder):
    write(folder, "a@2017.yaml")
    write(folder, "a@2025.yaml", start="2025-01-01")
    _, faults = definitions.check("room", "rule")
    assert [fault.message for fault in faults] == [
        "in force on 2025-01-01 together with a@2017.yaml"
    ]


def test_room_checker_points_at_the_line(folder, monkeypatch):
    monkeypatch.setitem(definitions._checkers, ("room", "rule"), [lambda d: ["/limit: odd"]])
    write(folder, "a.yaml")
    _, faults = definitions.check("room", "rule")
    assert [str(fault) for fault in faults] == ["room/rule/a.yaml:7: /limit: odd"]


def test_cases_are_worked_once_every_definition_is_sound(folder, monkeypatch):
    def work(definition, example):
        raise AssertionError("a case was worked while a definition is at fault")

    monkeypatch.setattr(definitions, "_case_runners", {("room", "rule"): work})
    monkeypatch.setattr(definitions, "_checkers", {("room", "rule"): [lambda d: ["/limit: odd"]]})
    write(folder, "a.yaml")
    (folder / "a.cases.yaml").write_text("- {name: one}\n")
    assert [str(fault) for fault in definitions.check_all()] == ["room/rule/a.yaml:7: /limit: odd"]


def test_a_kind_that_leans_on_a_faulty_one_hides_no_other_fault(folder, monkeypatch):
    (folder.parents[1] / "shared.schema.json").write_text('{"required": ["limit"]}')
    (folder.parents[1] / "north" / "shared").mkdir(parents=True)
    write(folder.parents[1] / "north" / "shared", "a.yaml")
    write(folder, "a.yaml")

    def leans(definition):
        raise definitions.FaultyDefinitions(count=1, faults="x")

    checkers = {
        ("room", "rule"): [lambda d: ["/limit: odd"]],
        (definitions.EVERY_ROOM, "shared"): [leans],
    }
    monkeypatch.setattr(definitions, "_checkers", checkers)
    assert [str(fault) for fault in definitions.check_all()] == ["room/rule/a.yaml:7: /limit: odd"]
    checkers[("room", "rule")] = []
    with pytest.raises(definitions.FaultyDefinitions):
        definitions.check_all()


def test_shipped_definitions_are_sound():
    faults = [
        fault for room, kind in definitions.kinds() for fault in definitions.check(room, kind)[1]
    ]
    assert textwrap.shorten("\n".join(map(str, faults)), 2000) == ""


def test_common_kind_is_read_in_every_room_and_checked_for_all(folder, monkeypatch):
    (folder.parents[1] / "shared.schema.json").write_text('{"required": ["limit"]}')
    monkeypatch.setattr(definitions, "_checkers", {})
    definitions.register_checker(definitions.EVERY_ROOM, "shared", lambda d: [f"seen in {d.room}"])
    for room in ("north", "south"):
        (folder.parents[1] / room / "shared").mkdir(parents=True)
        write(folder.parents[1] / room / "shared", "a.yaml")
    assert definitions.kinds() == [("north", "shared"), ("room", "rule"), ("south", "shared")]
    assert definitions.rooms_with("shared") == ["north", "south"]
    assert [str(fault) for fault in definitions.check_all()] == [
        "north/shared/a.yaml:1: seen in north",
        "south/shared/a.yaml:1: seen in south",
    ]
