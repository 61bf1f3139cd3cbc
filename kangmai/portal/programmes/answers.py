"""The answers of a visit as people read them, and what differs between two versions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kangmai.forms.rules import changes_between, words_of
from kangmai.forms.types import Answers, AnswerVersion, Change, Form, Item
from kangmai.portal.programmes.wording import language
from kangmai.portal.shell import words


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and what was answered."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Part:
    """The answers under one heading of the form."""

    title: str
    answers: tuple[Answer, ...]


def parts(form: Form, answers: Answers) -> tuple[Part, ...]:
    """What was answered, by the form's headings; what was left empty is left out."""
    found = (Part(each.title[language()], tuple(_of(each, answers))) for each in form.items)
    return tuple(part for part in found if part.answers)


def _of(item: Item, answers: Answers) -> Iterator[Answer]:
    if item.is_repeating:
        yield from _rows(item, answers)
    elif item.items:
        for inner in item.items:
            yield from _of(inner, answers)
    elif item.link_id in answers.values:
        value = words_of(item, answers.values[item.link_id])[language()]
        yield Answer(item.title[language()], value)


def _rows(group: Item, answers: Answers) -> Iterator[Answer]:
    for row in answers.rows.get(group.link_id, ()):
        said = (
            words_of(item, row[item.link_id])[language()]
            for item in group.items
            if item.link_id in row
        )
        yield Answer(group.title[language()], " · ".join(said))


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that was changed."""

    label: str
    before: str
    now: str


def differences(changes: Iterable[Change]) -> tuple[Difference, ...]:
    """Changes in the language of the page."""
    spoken = language()
    return tuple(
        Difference(each.title[spoken], each.before[spoken], each.now[spoken]) for each in changes
    )


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the answers: who saved it, when, why, and what it changed."""

    number: int
    who: str
    when: str
    reason: str
    differences: tuple[Difference, ...]


def history(form: Form, versions: Iterable[AnswerVersion]) -> tuple[Version, ...]:
    """Every version, newest first, with what it changed of the one before."""
    found = list(versions)
    earlier = [*found[1:], None]
    return tuple(
        Version(
            each.version,
            each.account_name,
            words.instant(each.saved_at),
            each.reason,
            differences(changes_between(form, before.answers, each.answers)) if before else (),
        )
        for each, before in zip(found, earlier, strict=True)
    )
