"""The writes of forms: answers saved, corrected and withdrawn, drafts kept. Each is one transaction."""

from kangmai.forms.actions.correct import correct_answers, withdraw_answers
from kangmai.forms.actions.drafts import discard_draft, forget_drafts, save_draft
from kangmai.forms.actions.save import save_answers

__all__ = [
    "correct_answers",
    "discard_draft",
    "forget_drafts",
    "save_answers",
    "save_draft",
    "withdraw_answers",
]
