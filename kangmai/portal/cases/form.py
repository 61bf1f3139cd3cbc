"""What the form of a card shows: fields with their choices, the disease's sections, what is wrong and what to confirm."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.epidemic.cases import rules
from kangmai.epidemic.cases.types import Disease, DiseaseClass, Fault, FaultKind, SectionItem
from kangmai.portal.cases import wording
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.shell import area
from kangmai.portal.shell.choices import Choice, choices
from kangmai.standards.calendars import legal_day
from kangmai.standards.codes import code_set
from kangmai.standards.divisions import City, Division, city, city_code_of

CLASSES = {DiseaseClass.A: "甲", DiseaseClass.B: "乙", DiseaseClass.C: "丙"}


@dataclass(frozen=True, slots=True)
class Field:
    """An input as the template shows it."""

    name: str
    label: str
    value: str
    kind: str
    """text, date, datetime-local, number, tel, select, textarea."""
    choices: tuple[Choice, ...] = ()
    hint: str = ""
    is_wide: bool = False
    is_needed: bool = False
    faults: tuple[str, ...] = ()
    confirm: str = ""
    """What the reader confirms by ticking; empty where nothing is unusual."""
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the card with its heading."""

    id: str
    title: str
    fields: tuple[Field, ...]


def parts(
    given: Mapping[str, str],
    faults: Sequence[Fault] = (),
    *,
    confirmed: frozenset[str] = frozenset(),
    report_code: str,
    at: datetime.datetime,
) -> tuple[Part, ...]:
    """The whole card, in the order of the printed one."""
    write = _Writer(given, faults, confirmed)
    return (
        Part("who", _("The patient"), _who(write)),
        Part("where", _("Home, school and work"), _where(write, given, report_code)),
        Part("what", _("Disease and diagnosis"), _what(write, given, at)),
        *_sections(write, given, at),
        Part("report", _("The report"), _report(write)),
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes fields from what was given and what is wrong with it."""

    given: Mapping[str, str]
    faults: Sequence[Fault]
    confirmed: frozenset[str]

    def field(self, name: str, kind: str = "text", **more: object) -> Field:
        value = self.given.get(name, "")
        own = [each for each in self.faults if each.field == name]
        language = get_language() or "zh"
        asked = [each.message(language) for each in own if each.kind is FaultKind.TO_CONFIRM]
        label = str(more.pop("label", "") or wording.field(name))
        return Field(
            name=name,
            label=label,
            value=value,
            kind=kind,
            faults=tuple(e.message(language) for e in own if e.kind is FaultKind.REFUSED),
            confirm=" ".join(asked),
            is_confirmed=name in self.confirmed,
            **more,  # type: ignore[arg-type]
        )

    def select(self, name: str, pairs: Sequence[tuple[str, str]], **more: object) -> Field:
        shown = choices((("", "—"), *pairs), current=self.given.get(name, ""))
        return self.field(name, "select", choices=shown, **more)


def _who(write: _Writer) -> tuple[Field, ...]:
    return (
        write.field("name", is_needed=True),
        write.field("guardian", hint=_("Needed up to the age of 14")),
        write.select("document_type", _codes("identity-document")),
        write.field("document_number"),
        write.select("sex_code", [(c, standard("sex", c)) for c in ("1", "2")], is_needed=True),
        write.field("birth_date", "date", is_needed=True),
        write.field("age_years", "number", hint=_("Only where the birth date is unknown")),
        write.field("phone", "tel", is_needed=True),
    )


def _where(write: _Writer, given: Mapping[str, str], report_code: str) -> tuple[Field, ...]:
    home = given.get("home_code", "")
    is_outside = bool(home) and home[:4] != report_code[:4]
    shown = "" if is_outside else home
    return (
        write.select("belongs_to", _codes("report-home-area"), is_needed=True),
        write.select(
            "home_code", _divisions(shown, report_code), hint=_way(shown), is_needed=True
        ),
        write.field(
            "home_other",
            label=_("Division code of a home outside the city"),
            hint=_("The six figures of the county; leave it empty for homes in this city"),
        )
        if not is_outside
        else Field(
            "home_other", _("Division code of a home outside the city"), home, "text",
            hint=_("The six figures of the county; leave it empty for homes in this city"),
        ),
        write.field("address", is_wide=True),
        write.select("occupation", _codes("report-population"), is_needed=True),
        write.field("occupation_other", hint=_("For the class “other”")),
        write.field("workplace", hint=_("Needed of pupils, teachers, workers and health workers")),
        write.field("school_class"),
    )  # fmt: skip


def _what(write: _Writer, given: Mapping[str, str], at: datetime.datetime) -> tuple[Field, ...]:
    disease = rules.find_disease(given.get("disease", ""), on=legal_day(at))
    fields = [
        write.select("disease", _diseases(at), is_wide=True, is_needed=True),
        *([write.field("disease_other")] if disease and disease.code == "9098" else []),
        write.select("case_class", _codes("case-classification", last="4"), is_needed=True),
    ]
    if disease is None or disease.needs_acute_chronic:
        hint = _("For hepatitis B and schistosomiasis")
        fields.append(write.select("acute_chronic", _codes("acute-chronic"), hint=hint))
    return (
        *fields,
        write.field("onset_on", "date", hint=_("Of carriers the day of the first test"), is_needed=True),
        write.field("diagnosed_at", "datetime-local", hint=_("The legal clock runs from it"), is_needed=True),
        write.select("origin", [("local", _("here")), ("imported", _("elsewhere (imported)"))]),
        write.field("origin_place", hint=_("Country, province or city, for imported cases")),
        write.select("contacts_with_symptoms", _codes("close-contact-symptoms")),
        write.field("died_on", "date"),
    )  # fmt: skip


def _sections(write: _Writer, given: Mapping[str, str], at: datetime.datetime) -> tuple[Part, ...]:
    on = legal_day(at)
    disease = rules.find_disease(given.get("disease", ""), on=on)
    if disease is None:
        return ()
    language = "zh" if wording.is_chinese() else "en"
    found = [rules.section(id, on=on) for id in disease.sections]
    return tuple(
        Part(each.id, str(each.title[language]), tuple(_item(write, one) for one in each.items))
        for each in found
    )


def _item(write: _Writer, item: SectionItem) -> Field:
    name = f"sections.{item.id}"
    label = item.zh if wording.is_chinese() else item.en
    if item.choices:
        pairs = [(code, zh if wording.is_chinese() else en) for code, zh, en in item.choices]
        return write.select(name, pairs, label=label, is_needed=item.is_required)
    kind = {"date": "date", "number": "number"}.get(item.type, "text")
    return write.field(name, kind, label=label, is_needed=item.is_required)


def _report(write: _Writer) -> tuple[Field, ...]:
    return (
        write.field("doctor", is_needed=True),
        write.field("doctor_phone", "tel"),
        write.field("note", "textarea", is_wide=True),
    )


def _codes(set_id: str, last: str = "") -> list[tuple[str, str]]:
    codes = code_set(set_id).codes
    return [(code, standard(set_id, code)) for code in codes if not last or code <= last]


def _diseases(at: datetime.datetime) -> list[tuple[str, str]]:
    """Diseases with their subtypes behind them, the statutory ones first."""
    found = sorted(
        rules.diseases(on=legal_day(at)),
        key=lambda each: (rules.top(each.code), each.code),
    )
    return [(each.code, _name(each)) for each in found]


def _name(disease: Disease) -> str:
    """A disease with its class, a subtype set in."""
    if disease.parent:
        return f"　{wording.disease(disease.code)}"
    letter = CLASSES.get(disease.disease_class, "")
    if not letter:
        return wording.disease(disease.code)
    word = _("class %(letter)s") % {
        "letter": letter if wording.is_chinese() else disease.disease_class
    }
    return f"{wording.disease(disease.code)} · {word}"


def _divisions(chosen: str, report_code: str) -> list[tuple[str, str]]:
    """What can be chosen: the divisions above the chosen one, itself with its neighbours, those right below it."""
    home = _city(chosen or report_code)
    if home is None:
        return []
    place = home.find(chosen or report_code) or home.root
    way = [each for each in home.ancestors(place.code) if each.code.startswith(home.root.prefix)]
    below = home.children(place.code)
    beside: tuple[Division, ...] = home.children(way[-1].code) if way and not below else ()
    shown = [*way, *(beside or (place, *below))]
    return [(each.code, area.name(each)) for each in shown]


def _way(chosen: str) -> str:
    step = _("Choose step by step: district, town, village")
    return f"{area.path(chosen)} · {step}" if chosen else step


def _city(code: str) -> City | None:
    found = city_code_of(code)
    return city(found) if found else None
