"""A name in both languages, as definitions give it and pages show it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A name or sentence in Chinese and English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """What a page in `language` shows."""
        return self.zh if language.startswith("zh") else self.en
