"""Names and lists in both languages, as definitions give them and pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A name or sentence in Chinese and English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """What a page in `language` shows."""
        return self.zh if language.startswith("zh") else self.en


def listed(several: Iterable[Words]) -> Words:
    """Several as one list in each language."""
    every = tuple(several)
    return Words(
        *(
            joined((each.in_language(language) for each in every), language)
            for language in ("zh", "en")
        )
    )


def joined(words: Iterable[str], language: str) -> str:
    """Several words as one phrase."""
    return ("、" if language.startswith("zh") else ", ").join(words)
