"""What a form must know before anything is typed: the resident, the day, the filler."""

from datetime import date

from kangmai.forms.types import Form, Item, Subject
from kangmai.identity.types import Resident


def subject_of(resident: Resident) -> Subject:
    """The resident as forms see one."""
    known = resident.demographics
    return Subject(known.birth_date, known.sex_code, resident.deceased_on)


def initial_given(form: Form, *, on: date, filler: str) -> dict[str, str]:
    """What stands in the inputs of an empty form: the day of measurement, and who fills it in."""
    fillers = (item for item in form.walk() if item.prefill and item.prefill.is_filler)
    return {form.effective_item: on.isoformat()} | {each.link_id: filler for each in fillers}


def effective_item_of(form: Form, item: Item) -> str:
    """Link id of the item that says when this one was measured; empty where the form's own day is meant."""
    parent = form.parents.get(item.link_id)
    return item.effective_item or (form.item(parent).effective_item if parent else "")
