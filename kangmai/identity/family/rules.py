"""When somebody may act for another: ages, proofs and terms of the Civil Code, read from definitions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from kangmai.identity.family.errors import (
    EvidenceUnknown,
    HolderTooYoung,
    PeriodUnfit,
    PowersMissing,
    TooOldForThis,
)
from kangmai.identity.family.types import Kind, Power
from kangmai.kernel import definitions


@dataclass(frozen=True, slots=True)
class Evidence:
    """A proof, and whether it is one for adults."""

    id: str
    kind: Kind
    zh: str
    en: str
    is_for_adults: bool


@dataclass(frozen=True, slots=True)
class FamilyRule:
    """The numbers and proofs in force on a day; see definitions/identity/family_rule."""

    majority_years: int
    longest_years: int
    evidence: tuple[Evidence, ...]


def family_rule(*, on: date) -> FamilyRule:
    """The rule in force on a day."""
    content = definitions.get("identity", "family_rule", "authority", on=on).content
    return FamilyRule(
        content["majority_years"],
        content["longest_authorisation_years"],
        tuple(
            Evidence(each["id"], Kind(each["kind"]), each["zh"], each["en"], each["for_adults"])
            for each in content["evidence"]
        ),
    )


def evidence_of(kind: Kind, id: str, *, on: date) -> Evidence:
    """A proof of a kind of authority. Raises EvidenceUnknown."""
    known = [each for each in family_rule(on=on).evidence if each.kind is kind]
    found = next((each for each in known if each.id == id), None)
    if found is None:
        raise EvidenceUnknown(evidence=id[:24], known=", ".join(each.id for each in known))
    return found


def birthday(birth_date: date, years: int) -> date:
    """The day on which somebody reaches an age; born on 29 February, on 1 March of other years."""
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return date(birth_date.year + years, 3, 1)


def is_of_age(birth_date: date | None, *, on: date) -> bool:
    """Whether somebody has reached majority; an unknown birth date is taken for an adult's."""
    return birth_date is None or birthday(birth_date, family_rule(on=on).majority_years) <= on


def end_of_guardianship(evidence: Evidence, birth_date: date | None, *, on: date) -> date | None:
    """The day on which a guardianship ends by itself: majority, but for an adult's.

    Raises:
        TooOldForThis: the proof is for minors and this is none.

    Source: Civil Code, articles 17, 18, 27 and 28.
    """
    if evidence.is_for_adults:
        return None
    years = family_rule(on=on).majority_years
    if birth_date is None or birthday(birth_date, years) <= on:
        raise TooOldForThis(years=years)
    return birthday(birth_date, years)


def require_of_age(birth_date: date | None, *, on: date) -> None:
    """Let pass a holder who is of age. Raises HolderTooYoung."""
    if not is_of_age(birth_date, on=on):
        raise HolderTooYoung(years=family_rule(on=on).majority_years)


def require_term(until: date, *, on: date) -> None:
    """Let pass the end of an authorisation: none is for ever. Raises PeriodUnfit."""
    longest = family_rule(on=on).longest_years
    if not on < until <= birthday(on, longest):
        raise PeriodUnfit(years=longest)


def powers_of(given: Collection[str]) -> frozenset[Power]:
    """Powers by their words. Raises PowersMissing where there is none that is known."""
    known = {each.value for each in Power}
    if not given or set(given) - known:
        raise PowersMissing(known=", ".join(sorted(known)))
    return frozenset(map(Power, given))
