"""A file of institutions is taken whole or not at all, and every fault is named with line and column."""

import pytest

from kangmai.registry import actions, errors, models, rules
from tests.factories.registry import ADMIN, AT, organization, registrar

GOOD = """机构代码,机构名称,机构类别,区划代码,上级机构代码,经度,纬度,坐标来源
Z2,城东街道社区卫生服务站,社区卫生服务站,441202001002,Z1,,,
Z1,城东街道社区卫生服务中心,community_centre,441202001,,112.47,23.05,approximate
"""


def take(text, *, dry_run=False, actor=ADMIN):
    return actions.import_organizations(text, dry_run=dry_run, actor=actor, at=AT)


def test_children_may_stand_before_their_parents(database):
    report = take(GOOD)
    assert (report.rows, report.created, report.errors, report.is_written) == (2, 2, (), True)
    station = models.Organization.objects.select_related("parent").get(code="Z2")
    assert (station.parent.code, station.kind) == ("Z1", "community_station")
    assert models.Organization.objects.get(code="Z1").longitude == 112.47


def test_second_time_nothing_changes_and_a_change_is_an_update(database):
    take(GOOD)
    again = take(GOOD)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    changed = take(GOOD.replace("服务站,社区", "服务站（新）,社区"))
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 1)
    assert models.Organization.objects.get(code="Z2").version == 2


def test_dry_run_reports_and_writes_nothing(database):
    report = take(GOOD, dry_run=True)
    assert (report.created, report.is_written) == (2, False)
    assert models.Organization.objects.count() == 0


def test_every_fault_is_named_and_nothing_is_written(database):
    text = """code,name,kind,division_code,parent_code,longitude
A1,甲,hospital,441202,,
A1,乙,hospital,441202,,
A3,,hospital,441202,,
A4,丁,宫殿,441202,,
A5,戊,hospital,999999,,
A6,己,hospital,441202,NONE,
A7,庚,hospital,441202,,east
"""
    report = take(text)
    found = [(e.line, e.column, type(e.error)) for e in report.errors]
    assert found == [
        (3, "code", errors.RepeatedInFile),
        (4, "name", errors.ValueMissing),
        (5, "kind", errors.ValueUnknown),
        (6, "division_code", errors.DivisionNotListed),
        (7, "parent_code", errors.OrganizationUnknown),
        (8, "longitude", errors.ValueMalformed),
    ]
    assert (report.rows, report.is_written) == (7, False)
    assert models.Organization.objects.count() == 0


def test_rows_outside_the_registrars_division_are_refused(database):
    text = GOOD + "Z9,鼎湖区中医院,医院,441203,,,,\n"
    report = take(text, actor=registrar(division="441202"))
    assert [(e.line, type(e.error)) for e in report.errors] == [(4, errors.NotYourOrganization)]
    assert models.Organization.objects.count() == 0


def test_circle_of_parents_is_refused(database):
    text = """code,name,kind,division_code,parent_code
A,甲,hospital,441202,B
B,乙,hospital,441202,A
"""
    assert {type(e.error) for e in take(text).errors} == {errors.OrganizationUnknown}
    organization(code="A")
    organization(code="B")
    report = take(text)
    assert errors.ParentBelow in {type(e.error) for e in report.errors}
    assert set(models.Organization.objects.values_list("parent_id", flat=True)) == {None}


@pytest.mark.parametrize(
    "header",
    [
        "code,name,kind",
        "code,name,kind,division_code,colour",
        "",
        "code,code,name,kind,division_code",
    ],
)
def test_wrong_header_is_refused(database, header):
    with pytest.raises(errors.TableHeaderWrong):
        take(header + "\n")


def test_file_in_gbk_is_named_as_such():
    with pytest.raises(errors.TableUnreadable) as refusal:
        rules.decode_table(GOOD.encode("gb18030"))
    assert "CSV UTF-8" in str(refusal.value)
    assert rules.decode_table(GOOD.encode("utf-8-sig")) == GOOD


def test_quoted_line_breaks_and_blank_lines_do_not_shift_line_numbers(database):
    text = 'code,name,kind,division_code,address\n\nA1,甲,hospital,441202,"一楼\n二楼"\nA2,,hospital,441202,\n'
    (error,) = take(text).errors
    assert (error.line, error.column) == (5, "name")


def test_invented_institutions_stay_marked(database):
    organization(code="Z1", is_invented=True)
    take(GOOD)
    assert models.Organization.objects.get(code="Z1").is_invented
