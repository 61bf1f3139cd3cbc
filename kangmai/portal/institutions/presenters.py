"""Plain data for the pages of institutions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.portal.shell import area, words
from kangmai.registry import queries
from kangmai.registry.types import Consortium, Department, Equipment, Organization, Post, Staff
from kangmai.standards.codes import code_set
from kangmai.standards.types import Sex


def coded(vocabulary: str, code: str) -> str:
    """The words of a code of one of the registry's lists; the code itself where it is not listed."""
    entry = queries.codes(vocabulary).get(code)
    if entry is None:
        return code
    return str(entry["zh" if _is_chinese() else "en"])


def standard(set_id: str, code: str) -> str:
    """The words of a code of a published set; the code itself where it is not listed."""
    found = code_set(set_id).codes.get(code) if code else None
    return found.label(get_language() or "zh") if found else code


def _is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def name_of(organization: Organization) -> str:
    """An institution's name in the language of the page, where it has one in English."""
    return organization.name if _is_chinese() else organization.name_en or organization.name


def address_of(organization_id: int) -> str:
    """Where an institution's page is."""
    return reverse("institution", args=[organization_id])


@dataclass(frozen=True, slots=True)
class Row:
    """An institution in a list."""

    name: str
    kind: str
    level: str
    division: str
    address: str
    is_closed: bool


def row(organization: Organization) -> Row:
    """One line of the list."""
    return Row(
        name_of(organization),
        coded("organization_kind", organization.kind),
        standard("institution-level-grade", organization.level_code),
        area.path(organization.division_code),
        address_of(organization.id),
        organization.closed_on is not None,
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a list of facts; some lead to a page."""

    label: str
    value: str
    address: str = ""


def facts(organization: Organization, above: Iterable[Organization]) -> tuple[Fact, ...]:
    """What is known of an institution; what is not known is left out."""
    parents = list(above)
    lines = [
        Fact(_("Institution code"), organization.code),
        Fact(_("Type"), standard("institution-type", organization.type_code)),
        Fact(_("Level"), standard("institution-level-grade", organization.level_code)),
        Fact(_("Ownership"), standard("institution-ownership", organization.ownership_code)),
        Fact(_("Credit code"), organization.credit_code),
        Fact(_("Division"), area.path(organization.division_code)),
        Fact(
            _("Answers for"),
            area.path(organization.jurisdiction_code) if organization.jurisdiction_code else "",
        ),
        Fact(_("Address"), organization.address),
        Fact(_("Telephone"), organization.phone),
    ]
    if parents:
        lines.append(Fact(_("Stands under"), name_of(parents[-1]), address_of(parents[-1].id)))
    if organization.opened_on:
        lines.append(Fact(_("Opened"), words.day(organization.opened_on)))
    if organization.closed_on:
        lines.append(Fact(_("Closed"), words.day(organization.closed_on)))
    return tuple(line for line in lines if line.value)


@dataclass(frozen=True, slots=True)
class Beds:
    """The beds of a kind."""

    kind: str
    authorized: str
    available: str


def beds(by_kind: Mapping[str, tuple[int, int]]) -> tuple[Beds, ...]:
    """Beds by kind, in the order of the list of kinds."""
    return tuple(
        Beds(coded("bed_kind", kind), words.count(authorized), words.count(available))
        for kind, (authorized, available) in sorted(by_kind.items())
    )


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff with the posts held here."""

    name: str
    sex: str
    posts: str
    since: str


def staff_sex(code: str) -> str:
    """The sex of a member of staff in a word; nothing where it is not known."""
    return {Sex.MALE.value: _("male"), Sex.FEMALE.value: _("female")}.get(code, "")


def colleagues(
    staff: Iterable[Staff], posts: Collection[Post], departments: Iterable[Department]
) -> tuple[Colleague, ...]:
    """Staff with their posts in one institution."""
    named = {each.id: department_name(each) for each in departments}
    held: dict[int, list[Post]] = {}
    for post in posts:
        held.setdefault(post.staff_id, []).append(post)
    return tuple(
        Colleague(
            each.name,
            staff_sex(each.sex),
            words.clauses(_post(post, named) for post in held.get(each.id, ())),
            words.day(min((post.from_on for post in held.get(each.id, ())), default=None)),
        )
        for each in staff
    )


def _post(post: Post, departments: Mapping[int, str]) -> str:
    parts = [
        departments.get(post.department_id or 0, ""),
        coded("post_role", post.role_code),
        coded("title", post.title_code) if post.title_code else "",
    ]
    return " · ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Thing:
    """A piece of equipment."""

    kind: str
    name: str
    since: str
    is_in_repair: bool


def thing(equipment: Equipment) -> Thing:
    """One line of the list of equipment."""
    return Thing(
        coded("equipment_kind", equipment.kind_code),
        " ".join(filter(None, (equipment.name, equipment.model))),
        words.day(equipment.acquired_on),
        equipment.is_in_repair,
    )


def consortium(found: Consortium) -> Fact:
    """A consortium as a line of facts: its kind, its name, the page of the institution that leads it."""
    title = found.name if _is_chinese() else found.name_en or found.name
    return Fact(coded("consortium_kind", found.kind), title, address_of(found.lead_id))


def department_name(department: Department) -> str:
    """A department's name in the language of the page, where it has one in English."""
    return department.name if _is_chinese() else department.name_en or department.name
