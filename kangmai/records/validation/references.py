"""What a Reference points to, as far as its text says.

Source: FHIR R4, https://hl7.org/fhir/R4/references.html#literal
"""

import re

from kangmai.records.fhir.definitions import resource_types

ID = r"[A-Za-z0-9.\-]{1,64}"
_RESTFUL = re.compile(rf"(.*/)?([A-Z][A-Za-z]+)/{ID}(/_history/{ID})?")
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?.+", re.S)


def type_of(reference: str) -> str | None:
    """The resource type that a reference names; None where it names none."""
    match = _RESTFUL.fullmatch(reference)
    name = match[2] if match else None
    if match is None:
        conditional = _CONDITIONAL.fullmatch(reference)
        name = conditional[1] if conditional else None
    return name if name in resource_types() else None


def is_absolute(reference: str) -> bool:
    """Whether a reference says where to look: it has a scheme."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", reference) is not None


def pattern_for(targets: frozenset[str], *, contained: bool) -> str:
    """A pattern of references that are certainly right for these targets.

    With `contained`, a reference to a contained resource is right too. A reference that does not
    match may still be right: `structure` decides.
    """
    types = "|".join(sorted(targets or resource_types()))
    local = "#.+|" if contained else ""
    return (
        rf"{local}urn:(uuid|oid):[0-9A-Za-z.:\-]+"
        rf"|(https?://[^ \t\r\n]*/)?({types})/{ID}(/_history/{ID})?"
        rf"|({types})\?[^ \t\r\n]+"
    )
