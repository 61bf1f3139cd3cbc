"""What stands on the printed certificate of a birth."""

import datetime
from typing import Any

from kangmai.kernel.actor import Actor
from kangmai.portal.births import wording
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.programmes.births.types import Birth, Certificate, Parent
from kangmai.registry import queries as registry


def certificate(of: Birth, current: Certificate, actor: Actor, at: datetime.datetime) -> dict[str, Any]:  # fmt: skip
    """The certificate that holds."""
    names = registry.names_by_id(ids=[current.organization], language=language())
    return {
        **wording.told(of),
        "number": current.number,
        "kind": wording.kind(current.kind),
        "child": current.named.child,
        "institution": names.get(current.organization, ""),
        "place": area.path(of.place_code),
        "mother": _parent(current.named.mother),
        "father": _parent(current.named.father),
        "issued_on": words.day(current.issued_on),
        "issuer": actor.name,
    }


def _parent(of: Parent) -> str:
    return " ".join(filter(None, (of.name, of.document_number))) or "—"
