"""Reads of forms, of what was answered, and of what the record proposes."""

from kangmai.forms.queries.answers import changes, find_latest, get_answers, versions
from kangmai.forms.queries.definitions import case_list, form, form_version, forms
from kangmai.forms.queries.drafts import find_draft
from kangmai.forms.queries.proposals import proposals

__all__ = [
    "case_list",
    "changes",
    "find_draft",
    "find_latest",
    "form",
    "form_version",
    "forms",
    "get_answers",
    "proposals",
    "versions",
]
