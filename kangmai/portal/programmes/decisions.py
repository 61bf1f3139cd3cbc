"""What the rules say of a visit, in words: the class, why, what to do, when to come again."""

import datetime
from dataclasses import dataclass

from kangmai.portal.programmes import catalogue, wording
from kangmai.portal.shell import words
from kangmai.programmes.engine.types import Decision, Priority, Reason, Visit

EVIDENT = {"danger": "warning", "warning": "info", "good": "check", "": "info"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision as a page shows it, before or after it is saved."""

    title: str
    tone: str
    icon: str
    reasons: tuple[str, ...]
    referral: str
    is_urgent: bool
    deadline: str
    next_on: str
    next_days: int | None
    rules: str
    is_verified: bool

    @property
    def needs_referral(self) -> bool:
        """Whether somebody else should see the patient."""
        return bool(self.referral)


def verdict(
    decision: Decision, *, programme: str, on: datetime.date, deadline: str = ""
) -> Verdict:
    """A decision that was just made; `deadline` says by when the referral is followed up."""
    refer = decision.refer
    tone = wording.PRIORITY_TONES[decision.priority]
    return Verdict(
        title=catalogue.class_title(programme, decision.outcome, on=on),
        tone=tone,
        icon=EVIDENT[tone],
        reasons=reasons(decision.reasons),
        referral=_words(refer.zh, refer.en) if refer else "",
        is_urgent=refer is not None and refer.urgency == "now",
        deadline=deadline,
        next_on=words.day(decision.next_on) if decision.next_on else "",
        next_days=decision.next_days,
        rules=decision.rule_version,
        is_verified=decision.is_verified,
    )


def verdict_of(visit: Visit) -> Verdict | None:
    """The decision that a saved visit was given; None where its service decides nothing."""
    if not visit.outcome:
        return None
    rules = catalogue.rules_named(visit.programme, visit.rule_version)
    known = rules.classes.get(visit.outcome) if rules else None
    tone = wording.PRIORITY_TONES[known.priority if known else Priority.ROUTINE]
    refer = catalogue.referral(visit)
    return Verdict(
        title=known.title[wording.language()] if known else visit.outcome,
        tone=tone,
        icon=EVIDENT[tone],
        reasons=reasons(visit.reasons),
        referral=_words(refer.zh, refer.en) if refer else "",
        is_urgent=refer is not None and refer.urgency == "now",
        deadline="",
        next_on=words.day(visit.next_on) if visit.next_on else "",
        next_days=(visit.next_on - visit.visited_on).days if visit.next_on else None,
        rules=visit.rule_version,
        is_verified=rules is not None and rules.is_verified,
    )


def reasons(found: tuple[Reason, ...]) -> tuple[str, ...]:
    """Reasons in the language of the page."""
    return tuple(_words(each.zh, each.en) for each in found)


def _words(zh: str, en: str) -> str:
    return zh if wording.language() == "zh" else en
