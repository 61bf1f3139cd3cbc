"""The rules by which campaigns are made, read from their definitions."""

from collections.abc import Iterable
from datetime import date
from functools import cache

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words
from kangmai.programmes.campaigns.errors import RuleNotInForce
from kangmai.programmes.campaigns.types import CampaignRule

ROOM, KIND = "programmes", "campaign"
SEXES = {"": "", "male": "1", "female": "2"}


def rule(id: str, *, on: date) -> CampaignRule:
    """The rule in force on a day. Raises RuleNotInForce."""
    for each in _in_force(on):
        if each.id == id:
            return each
    raise RuleNotInForce(rule=id[:40], day=on.isoformat())


def rule_of_version(id: str, version: str) -> CampaignRule:
    """The rule by which a campaign was made. Raises RuleNotInForce."""
    for each in definitions.load(ROOM, KIND):
        if each.id == id and version == _version(each):
            return rule_of(each)
    raise RuleNotInForce(rule=id[:40], day=version[-10:])


def rules_on(on: date) -> tuple[CampaignRule, ...]:
    """Every rule by which a campaign may begin on a day."""
    return tuple(_in_force(on))


def _in_force(on: date) -> Iterable[CampaignRule]:
    return (rule_of(each) for each in definitions.load(ROOM, KIND) if each.is_effective(on))


def _version(definition: Definition) -> str:
    return f"{definition.id}@{definition.effective_from.isoformat()}"


@cache
def rule_of(definition: Definition) -> CampaignRule:
    """The rule that a definition writes down."""
    content = definition.content
    target = content["target"]
    return CampaignRule(
        id=definition.id,
        version=_version(definition),
        title=Words(content["title"]["zh"], content["title"]["en"]),
        is_verified=definition.verified,
        series=tuple(content["series"]),
        is_advised_only=content["ready_from"] == "advised",
        sex_code=SEXES[target.get("sex", "")],
        from_years=target["from_years"],
        below_years=target["below_years"],
        born_from=target.get("born_from"),
        needs_consent=content["consent_beforehand"],
        doses_per_station_hour=content["doses_per_station_hour"],
        longest_days=content["longest_days"],
        refusals={each["id"]: Words(each["zh"], each["en"]) for each in content["refusals"]},
        clinic_refusal=content["clinic_refusal"],
    )
