"""What more must hold of the definitions of venues and colours."""

from kangmai.epidemic.venues.rulebook import colour_rule_of
from kangmai.epidemic.venues.rules import ANSWERS
from kangmai.epidemic.venues.types import Colour, Refusal
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition


def check_venue_rule(definition: Definition) -> list[str]:
    """Answers that rules give and nobody words, and the other way round."""
    named = {each["id"] for each in definition.content["answers"]}
    faults = [f"/answers: {id!r} is missing" for id in sorted(ANSWERS - named)]
    faults += [f"/answers: no rule gives {id!r}" for id in sorted(named - ANSWERS)]
    worded = {each["id"] for each in definition.content["refusals"]}
    if worded != {each.value for each in Refusal}:
        faults.append("/refusals: must be exactly those of `venues.types.Refusal`")
    return faults


def check_colour_rule(definition: Definition) -> list[str]:
    """Reasons without evidence or authority that exist, green as a reason, and a wrong order."""
    rule = colour_rule_of(definition)
    roles = {each.id for each in definitions.load("access", "role")}
    faults = []
    for n, reason in enumerate(rule.reasons.values()):
        faults += [
            f"/reasons/{n}/evidence: {each!r} is not on the list of evidence"
            for each in reason.evidence
            if each not in rule.evidence
        ]
        faults += [
            f"/reasons/{n}/authorities: there is no role {each!r}"
            for each in reason.authorities
            if each not in roles
        ]
        if reason.colour is Colour.GREEN:
            faults.append(f"/reasons/{n}/colour: green needs no reason")
    colours = [reason.colour for reason in rule.reasons.values()]
    if colours != sorted(colours, reverse=True):
        faults.append("/reasons: the most severe come first")
    return faults


definitions.register_checker("epidemic", "venue_rule", check_venue_rule)
definitions.register_checker("epidemic", "colour_rule", check_colour_rule)
