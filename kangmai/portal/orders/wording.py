"""Orders in the words of the page's language."""

from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.epidemic.orders import queries
from kangmai.epidemic.orders.types import Order, Phase, Treatment
from kangmai.portal.shell import area, words

TONES = {
    Phase.DRAFT: "info",
    Phase.REFUSED: "danger",
    Phase.COMING: "info",
    Phase.IN_FORCE: "good",
    Phase.ENDED: "warning",
    Phase.ERASED: "info",
}


def phase_words(phase: Phase) -> str:
    """How an order stands, in a word or two."""
    return {
        Phase.DRAFT: _("waiting for signatures"),
        Phase.REFUSED: _("refused"),
        Phase.COMING: _("signed, not yet begun"),
        Phase.IN_FORCE: _("in force"),
        Phase.ENDED: _("ended, data still held"),
        Phase.ERASED: _("ended, data erased"),
    }[phase]


def treatment_words(treatment: Treatment) -> str:
    """What becomes of rows."""
    return {
        Treatment.ERASE: _("erased"),
        Treatment.ANONYMISE: _("made anonymous"),
        Treatment.KEEP: _("kept, names nobody"),
    }[treatment]


def shown(order: Order, at: datetime) -> dict[str, Any]:
    """An order as templates show it."""
    language = get_language() or "zh"
    rule = queries.current_rule(at=at)
    disease, edition = rule.diseases.get(order.disease), rule.editions.get(order.edition)
    phase = order.phase(at)
    return {
        "id": order.id,
        "number": order.number,
        "title": order.title,
        "is_drill": order.is_drill,
        "disease": disease.in_language(language) if disease else order.disease,
        "edition": edition.title.in_language(language) if edition else order.edition,
        "purposes": [rule.purposes[each].in_language(language) for each in sorted(order.purposes)],
        "areas": [area.path(code) for code in order.areas],
        "starts": words.instant(order.starts_at),
        "ends": words.instant(order.over_at),
        "basis": order.basis,
        "reason": order.reason,
        "retention_days": order.retention_days,
        "phase": phase_words(phase),
        "tone": TONES[phase],
        "is_in_force": phase is Phase.IN_FORCE,
        "version": order.version,
    }
