"""How sensitive a clinical fact is, decided from its codes when it is written.

The codes and their labels are a definition (`records/label`); a security label that the sender set
itself can only raise the result.
"""

from functools import cache

from kangmai.kernel import definitions
from kangmai.kernel.actor import Label
from kangmai.records.types import LABELS, Resource

_CODED = (
    "code",
    "vaccineCode",
    "medicationCodeableConcept",
    "reasonCode",
    "diagnosis",
    "type",
    "category",
)
_OWN = {label.name.lower(): label for label in Label}
_CONFIDENTIAL = {"R": Label.RESTRICTED, "V": Label.RESTRICTED}


@cache
def _prefixes() -> tuple[tuple[str, str, Label], ...]:
    """(code system or empty, beginning of the code, label) of every rule in force."""
    return tuple(
        (system, str(prefix), Label[rule["label"].upper()])
        for entry in definitions.load("records", "label")
        for rule in entry.content["codes"]
        for system in rule["systems"]
        for prefix in rule["prefixes"]
    )


@cache
def label_of_code(system: str, code: str) -> Label:
    """The label of one code of a code system."""
    found = [
        label
        for wanted, prefix, label in _prefixes()
        if wanted == system and code.upper().startswith(prefix.upper())
    ]
    return max(found, default=Label.NORMAL)


def label_of(resource: Resource) -> Label:
    """The highest label among the codes of a resource and the security labels its sender gave it."""
    label = Label.NORMAL
    for name in _CODED:
        value = resource.get(name)
        if value is not None:
            label = max(label, _label_within(value))
    for tag in resource.get("meta", {}).get("security", ()):
        known = _OWN if tag.get("system") == LABELS else _CONFIDENTIAL
        label = max(label, known.get(tag.get("code"), Label.NORMAL))
    return label


def _label_within(value: object) -> Label:
    if isinstance(value, list):
        return max((_label_within(item) for item in value), default=Label.NORMAL)
    if not isinstance(value, dict):
        return Label.NORMAL
    return max(
        (
            label_of_code(coding.get("system", ""), coding["code"])
            for coding in value.get("coding", ())
            if "code" in coding
        ),
        default=Label.NORMAL,
    )
