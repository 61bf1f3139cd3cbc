"""Read what work counts for from its definition."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words
from kangmai.programmes.workload.types import Item, Rule, Verdict

ROOM, KIND, ID = "programmes", "work_rule", "basic_public_health"


def rule(*, on: date) -> Rule:
    """What holds on a day. Raises UnknownDefinition."""
    return rule_of(definitions.get(ROOM, KIND, ID, on=on))


@cache
def rule_of(definition: Definition) -> Rule:
    """The rule that a definition writes down."""
    content = definition.content
    fund, sampling = content["fund"], content["sampling"]
    return Rule(
        yuan_per_resident={int(y): _number(v) for y, v in fund["yuan_per_resident"].items()},
        village_percent=_number(fund["village_percent"]),
        quarter_percent=tuple(map(_number, fund["quarter_percent"])),
        village_kinds=frozenset(fund["village_kinds"]),
        items={each["id"]: _item(each) for each in content["items"]},
        percent=_number(sampling["percent"]),
        least=sampling["least"],
        most=sampling["most"],
        weights={Verdict(name): _number(value) for name, value in sampling["weights"].items()},
        version=f"{definition.id}@{definition.effective_from}",
        is_verified=definition.verified,
    )


def _item(content: Mapping[str, Any]) -> Item:
    return Item(
        id=content["id"],
        title=Words(content["zh"], content["en"]),
        code=content["code"],
        programme=content["programme"],
        service=content["service"],
        points=_number(content["points"]),
        most_per_year=content["most_per_year"],
    )


def _number(value: object) -> Decimal:
    return Decimal(str(value))
