"""What case reports decide without a table: which diseases are notifiable, what a card lacks, how names compare.

The door of this folder: what others need of its parts is named in `__all__`.
"""

from kangmai.epidemic.cases.checking import Setting, age_of, faults
from kangmai.epidemic.cases.diseases import (
    by_icd10,
    disease,
    diseases,
    family,
    find_disease,
    title,
    top,
)
from kangmai.epidemic.cases.likeness import likeness
from kangmai.epidemic.cases.sections import section
from kangmai.epidemic.cases.transitions import may_follow

__all__ = [
    "Setting",
    "age_of",
    "by_icd10",
    "disease",
    "diseases",
    "family",
    "faults",
    "find_disease",
    "likeness",
    "may_follow",
    "section",
    "title",
    "top",
]
