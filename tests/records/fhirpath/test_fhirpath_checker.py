"""Faults that are found without data."""

import pytest

from kangmai.records.fhirpath import ExpressionUnsound
from kangmai.records.fhirpath.checker import Fault, check_expression, find_faults


@pytest.mark.parametrize(
    ("context", "text", "column", "reason"),
    [
        ("Patient", "name.given1", 6, "HumanName has no element given1"),
        ("Patient", "nme.given", 1, "Patient has no element nme"),
        ("Patient", "Encounter.status", 1, "Encounter is not Patient"),
        ("Observation", "valueQuantity.unit", 1, "written value.ofType(Quantity)"),
        ("Observation", "(value as Period).unit", 19, "Period has no element unit"),
        ("Patient", "name.where(using = 'x')", 12, "HumanName has no element using"),
        ("Patient", "birthDate.year", 11, "date has no element year"),
        ("Patient", "iif(name, 1, 2)", 5, "no Boolean"),
        ("Patient", "contact.select(name).first().town", 30, "HumanName has no element town"),
        ("Questionnaire", "repeat(item).lnkId", 14, "Questionnaire.item has no element lnkId"),
        ("Patient", "extension('u').value.ofType(Coding).cod", 37, "Coding has no element cod"),
        ("Patient", "extension.value.cod", 17, "none of the 50 types that may stand here"),
        ("Patient", "%resource.nme", 11, "Patient has no element nme"),
        ("Patient", "(name.given.count() + 1).x | nme", 30, "Patient has no element nme"),
    ],
)
def test_refused_with_its_place(context: str, text: str, column: int, reason: str) -> None:
    with pytest.raises(ExpressionUnsound) as caught:
        check_expression(text, context)
    assert caught.value.details["column"] == column
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ("Patient", "Patient.name.given.first()"),
        ("Patient", "Resource.id | DomainResource.text.status"),
        ("Patient", "contained.ofType(Organization).name"),
        ("Patient", "managingOrganization.resolve().anything"),
        ("Patient", "birthDate.extension('u').value.code"),
        ("Bundle", "entry.resource.anything"),
        ("Observation", "value.unit"),
        ("Observation", "component.value.ofType(Quantity).value > 5"),
        ("Questionnaire", "repeat(item).linkId"),
        ("Thing", "whatever.it.has"),
        ("Patient", "%mine.anything"),
        ("Patient", "name.select(given | family).type().name"),
        ("Patient", "descendants().where(id = 'x')"),
    ],
)
def test_nothing_is_claimed_without_ground(context: str, text: str) -> None:
    assert find_faults(text, context) == []


def test_order_of_unordered_things_is_found_but_let_pass() -> None:
    (finding,) = find_faults("children().skip(1)", "Patient")
    assert finding.fault is Fault.UNORDERED
    check_expression("children().skip(1)", "Patient")
