"""Supplements of the card that diseases ask for, read from their definitions."""

from datetime import date
from functools import cache

from kangmai.epidemic.cases.types import Section, SectionItem
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition

KIND = "card_section"


def section(id: str, *, on: date) -> Section:
    """A supplement as on a day; before its first day as on that. Raises UnknownDefinition."""
    known = [each for each in definitions.load("epidemic", KIND) if each.id == id]
    first = min((each.effective_from for each in known), default=on)
    return _section(definitions.get("epidemic", KIND, id, on=max(on, first)))


@cache
def _section(definition: Definition) -> Section:
    return Section(
        definition.id,
        definition.title,
        tuple(
            SectionItem(
                each["id"],
                each["zh"],
                each["en"],
                each["type"],
                each.get("required", False),
                tuple((one["code"], one["zh"], one["en"]) for one in each.get("choices", ())),
            )
            for each in definition.content["items"]
        ),
    )
