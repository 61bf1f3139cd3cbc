"""What bulletins say and who signs them, read from the definition."""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any

from kangmai.epidemic.bulletin.types import Figure, Rows, Rule
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words

ROOM, KIND, ID = "epidemic", "bulletin_rule", "bulletin"


def rule(*, on: datetime.date) -> Rule:
    """What holds of bulletins on a day. Raises UnknownDefinition."""
    return rule_of(definitions.get(ROOM, KIND, ID, on=on))


@cache
def rule_of(definition: Definition) -> Rule:
    """The rule that a definition writes down."""
    content = definition.content
    return Rule(
        valid_from=definition.effective_from,
        drafting_roles=tuple(content["drafting_roles"]),
        issuing_roles=tuple(content["issuing_roles"]),
        sections={each["id"]: _words(each) for each in content["sections"]},
        figures={each["id"]: _figure(each) for each in content["figures"]},
        source=definition.source["document"],
        is_verified=definition.verified,
    )


def _words(content: Mapping[str, Any]) -> Words:
    return Words(content["zh"], content["en"])


def _figure(content: Mapping[str, Any]) -> Figure:
    return Figure(
        id=content["id"],
        section=content["section"],
        title=_words(content),
        unit=_words(content["unit"]),
        source=content["source"],
        of=content.get("of", ""),
        counts=_words(content["counts"]),
        against=_words(content["against"]) if "against" in content else None,
        is_flow=content["is_flow"],
        is_live=content.get("is_live", False),
        is_outbreak=content["is_outbreak"],
        opens=content["opens"],
        more_is=content.get("more_is", ""),
        rows=_rows(content["rows"]) if "rows" in content else None,
    )


def _rows(content: Mapping[str, Any]) -> Rows:
    return Rows(content["page"], content["filter"], tuple(content["permissions"]))
