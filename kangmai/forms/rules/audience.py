"""Whom a form is for: a child's reading does not go onto an adult's form."""

from collections.abc import Iterator
from datetime import date

from kangmai.forms.errors import NotForThisResident
from kangmai.forms.rules.faults import Wrong, refused, said
from kangmai.forms.rules.limits import plus
from kangmai.forms.types import Audience, DayUnit, Fault, Form, Span, Subject

_UNITS = {
    DayUnit.YEAR: ("岁", "years"),
    DayUnit.MONTH: ("月龄", "months"),
    DayUnit.DAY: ("日龄", "days"),
}


def require_audience(form: Form, subject: Subject, *, on: date) -> None:
    """Let pass a resident whom the form is for on a day.

    Raises:
        NotForThisResident: too young, too old, of the other sex, or dead by then.
    """
    for fault in find_audience_faults(form, subject, on=on):
        raise NotForThisResident(
            form=form.title["en"], form_zh=form.title["zh"], reason=fault.en, reason_zh=fault.zh
        )


def find_audience_faults(form: Form, subject: Subject, *, on: date) -> Iterator[Fault]:
    """What speaks against this form for this resident on the day of measurement."""
    item = form.item(form.effective_item)
    here = item.link_id
    if subject.birth_date is not None and on < subject.birth_date:
        yield refused(Wrong.BEFORE_BIRTH, item, here)
    elif not _has_age(form.audience, subject.birth_date, on):
        yield said(
            Wrong.WRONG_AGE,
            item,
            here,
            zh={"audience": audience_words(form.audience, "zh")},
            en={"audience": audience_words(form.audience, "en")},
        )
    if subject.deceased_on is not None and on > subject.deceased_on:
        yield refused(Wrong.AFTER_DEATH, item, here)
    if form.audience.sex_codes and subject.sex_code not in form.audience.sex_codes:
        yield refused(Wrong.WRONG_SEX, item, here)


def _has_age(audience: Audience, born: date | None, on: date) -> bool:
    """Whether somebody is of the age; somebody of unknown birth date is taken at his word."""
    if born is None:
        return True
    is_old_enough = audience.age_from is None or plus(born, audience.age_from) <= on
    return is_old_enough and (audience.age_before is None or on < plus(born, audience.age_before))


def audience_words(audience: Audience, language: str) -> str:
    """The ages of an audience as people say them; empty where every age is meant."""
    begin = _span_words(audience.age_from, language)
    end = _span_words(audience.age_before, language)
    if language == "zh":
        return "、".join([*([f"满 {begin}"] if begin else []), *([f"未满 {end}"] if end else [])])
    return " and ".join(
        [*([f"{begin} old or more"] if begin else []), *([f"under {end} old"] if end else [])]
    )


def _span_words(span: Span | None, language: str) -> str:
    if span is None:
        return ""
    zh, en = _UNITS[span.unit]
    return f"{span.count}{zh}" if language == "zh" else f"{span.count} {en}"
