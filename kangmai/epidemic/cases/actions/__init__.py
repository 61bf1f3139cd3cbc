"""The writes of case reports: each is one transaction, audited and announced."""

from kangmai.epidemic.cases.actions.assisting import ask_assistance, decide_assistance
from kangmai.epidemic.cases.actions.correcting import correct, record_death, remove
from kangmai.epidemic.cases.actions.diagnosing import begin_card, diagnose, dismiss, keep
from kangmai.epidemic.cases.actions.drafting import draft_from_record
from kangmai.epidemic.cases.actions.following import follow_links
from kangmai.epidemic.cases.actions.investigating import investigate
from kangmai.epidemic.cases.actions.loading import CardDraft, load_cards
from kangmai.epidemic.cases.actions.placing import match_place
from kangmai.epidemic.cases.actions.rehash import rehash
from kangmai.epidemic.cases.actions.reviewing import final_review, return_card, review
from kangmai.epidemic.cases.actions.submitting import submit
from kangmai.epidemic.cases.actions.zero import report_zero

__all__ = [
    "CardDraft",
    "ask_assistance",
    "begin_card",
    "correct",
    "decide_assistance",
    "diagnose",
    "dismiss",
    "draft_from_record",
    "final_review",
    "follow_links",
    "investigate",
    "keep",
    "load_cards",
    "match_place",
    "record_death",
    "rehash",
    "remove",
    "report_zero",
    "return_card",
    "review",
    "submit",
]
