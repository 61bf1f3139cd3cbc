"""What can be done with e-health cards."""

from kangmai.identity.cards.actions.change import cancel_card, resume_card, set_pin, suspend_card
from kangmai.identity.cards.actions.issue import issue_card, replace_card
from kangmai.identity.cards.actions.load import issue_cards
from kangmai.identity.cards.actions.offline import record_offline_uses
from kangmai.identity.cards.actions.renew import renew_signing_key
from kangmai.identity.cards.actions.show import print_code, show_code
from kangmai.identity.cards.actions.use import use_card

__all__ = [
    "cancel_card",
    "issue_card",
    "issue_cards",
    "print_code",
    "record_offline_uses",
    "renew_signing_key",
    "replace_card",
    "resume_card",
    "set_pin",
    "show_code",
    "suspend_card",
    "use_card",
]
