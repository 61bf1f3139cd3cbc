"""What the scores of the resident index mean, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kangmai.identity.types import ReviewKind, Verdict

FIELDS = {
    "name": gettext_lazy("Name"),
    "given_name": gettext_lazy("Given name"),
    "surname": gettext_lazy("Surname"),
    "birth_date": gettext_lazy("Birth date"),
    "sex": gettext_lazy("Sex"),
    "number": gettext_lazy("Identity number"),
    "phone": gettext_lazy("Telephone"),
    "address": gettext_lazy("Address"),
    "town": gettext_lazy("Town"),
    "mother": gettext_lazy("Mother"),
}
"""What is compared, in the order in which people compare it."""

LEVELS = {
    "exact": gettext_lazy("the same"),
    "equal": gettext_lazy("the same"),
    "variant": gettext_lazy("the same in another script"),
    "homophone": gettext_lazy("sounds the same"),
    "near_homophone": gettext_lazy("sounds nearly the same"),
    "part": gettext_lazy("a part of the other, or in another order"),
    "one_character": gettext_lazy("one character differs"),
    "given_only": gettext_lazy("only the given name is the same"),
    "surname_only": gettext_lazy("only the surname is the same"),
    "different": gettext_lazy("different"),
    "close": gettext_lazy("nearly the same"),
    "swapped": gettext_lazy("given name and surname exchanged"),
    "similar": gettext_lazy("similar"),
    "initial": gettext_lazy("the same initial"),
    "day_month_swapped": gettext_lazy("day and month exchanged"),
    "lunar": gettext_lazy("one is the lunar date of the other"),
    "year_off": gettext_lazy("the same day, the year slightly off"),
    "two_of_three": gettext_lazy("two of year, month and day are the same"),
    "first_of_january": gettext_lazy("the same year, one is 1 January"),
    "lunar_shift": gettext_lazy("as far apart as lunar and solar dates"),
    "same_year": gettext_lazy("the same year only"),
    "equal_guardian": gettext_lazy("the same, but it is a guardian's"),
    "typo": gettext_lazy("one character apart"),
    "near": gettext_lazy("two characters apart"),
    "different_guardian": gettext_lazy("different, one of them a guardian's"),
    "conflict": gettext_lazy("two different valid numbers"),
}

CAUTIONS = {
    "numbers_conflict": gettext_lazy("Both have a valid identity number, and the two differ."),
    "common_name": gettext_lazy(
        "Only a common name and the birth date agree: there may well be two of them."
    ),
    "name_and_birth_only": gettext_lazy(
        "Only name and birth date agree, and one side has no identity number."
    ),
    "twins": gettext_lazy("Born the same day in one household with different names: twins?"),
    "newborn": gettext_lazy("A newborn without a name: mother and birth date alone do not decide."),
    "too_little": gettext_lazy("Fewer than two things agree."),
    "number_of_another": gettext_lazy(
        "The identity number agrees, but neither the name nor anything else does: it may be another’s card."
    ),
    "births_differ": gettext_lazy(
        "The birth dates have nothing in common, and no identity number decides."
    ),
}

KINDS = {
    ReviewKind.PATIENT: gettext_lazy("Record from outside"),
    ReviewKind.DUPLICATE: gettext_lazy("Two residents"),
    ReviewKind.SPLIT: gettext_lazy("Conflicting records"),
    ReviewKind.DOCUMENT: gettext_lazy("Number disagrees"),
}

VERDICTS = {
    Verdict.SAME: gettext_lazy("The same person"),
    Verdict.DIFFERENT: gettext_lazy("Different people"),
    Verdict.HOUSEHOLD: gettext_lazy("Members of one household"),
    Verdict.LATER: gettext_lazy("Later"),
}

CERTAIN, PROBABLE, EVEN = 0.95, 0.7, 0.3


def likelihood(probability: float) -> str:
    """A probability in words."""
    if probability >= CERTAIN:
        return _("very probably the same person")
    if probability >= PROBABLE:
        return _("probably the same person")
    if probability >= EVEN:
        return _("perhaps the same person")
    return _("probably not the same person")


def strength(bits: float) -> str:
    """What a field's evidence says, in words; each ten bits are a factor of a thousand."""
    if bits >= 10:
        return _("speaks strongly for it")
    if bits >= 2:
        return _("speaks for it")
    if bits > -2:
        return _("says little")
    return _("speaks against it")
