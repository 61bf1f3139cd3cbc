"""What a form decides, without a database: what was given, what is asked, what is wrong, what is shown."""

from kangmai.forms.definition import read_form, written_items
from kangmai.forms.rules.audience import (
    audience_words,
    find_audience_faults,
    require_audience,
)
from kangmai.forms.rules.enablement import enabled
from kangmai.forms.rules.limits import in_words
from kangmai.forms.rules.portable import portable
from kangmai.forms.rules.reading import read_answers
from kangmai.forms.rules.rendering import render, take
from kangmai.forms.rules.subjects import initial_given, subject_of
from kangmai.forms.rules.writing import calculated_texts, changes_between, given_of, words_of

__all__ = [
    "audience_words",
    "calculated_texts",
    "changes_between",
    "enabled",
    "find_audience_faults",
    "given_of",
    "in_words",
    "initial_given",
    "portable",
    "read_answers",
    "read_form",
    "render",
    "require_audience",
    "subject_of",
    "take",
    "words_of",
    "written_items",
]
