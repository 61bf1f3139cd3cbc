"""What must hold of entries of the registry, and who may change them. Pure: no database, no clock."""

import re
from datetime import date

from kangmai.kernel.actor import Actor, Grant
from kangmai.registry.errors import (
    DivisionNotListed,
    NotYourOrganization,
    PeriodReversed,
    PointIncomplete,
    TableUnreadable,
    ValueMalformed,
    ValueMissing,
    ValueTooLong,
)
from kangmai.registry.types import (
    BedFacts,
    ClassFacts,
    DepartmentFacts,
    EquipmentFacts,
    OrganizationFacts,
    PlaceFacts,
    PostFacts,
    QualificationFacts,
    StaffFacts,
)
from kangmai.registry.vocabulary import require_code
from kangmai.standards.credit_codes import parse_credit_code
from kangmai.standards.divisions import find_division
from kangmai.standards.errors import IdentityNumberIncorrect
from kangmai.standards.identity_numbers import parse_identity_number

MANAGE = "registry.manage"
READ = "registry.read"

_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")
_TYPE = re.compile(r"^[A-Z][0-9]{0,3}$")
_TWO_DIGITS = re.compile(r"^[0-9]{1,2}$")


def require_registrar(
    actor: Actor, *, division_code: str, organization_ids: tuple[int | None, ...] = ()
) -> None:
    """Let pass a person who may change entries of an institution.

    That is a registrar for the place where it stands, or of one of `organization_ids` (itself, and
    for a new one its parent).

    Raises:
        NotYourOrganization: in every other case.
    """
    if not may_register(actor, division_code=division_code, organization_ids=organization_ids):
        raise NotYourOrganization()


def may_register(
    actor: Actor, *, division_code: str, organization_ids: tuple[int | None, ...] = ()
) -> bool:
    """Whether the actor is a registrar here; see `require_registrar`."""
    return any(
        _manages(grant)
        and (
            any(place.covers(division_code) for place in grant.places)
            or (grant.organization is not None and grant.organization in organization_ids)
        )
        for grant in actor.grants
    )


def _manages(grant: Grant) -> bool:
    return MANAGE in grant.permissions or "*" in grant.permissions


def check_organization(facts: OrganizationFacts) -> None:
    """Let pass facts that can be registered. Raises an Incorrect that names the field."""
    _require_business_code(facts.code)
    _require_text(facts.name, field="name", limit=120)
    _require_short(facts.name_en, field="name_en", limit=160)
    _require_short(facts.address, field="address", limit=200)
    _require_short(facts.phone, field="phone", limit=32)
    require_code(facts.kind, vocabulary_name="organization_kind", field="kind")
    _require_division(facts.division_code, field="division_code")
    if facts.jurisdiction_code:
        _require_division(facts.jurisdiction_code, field="jurisdiction_code")
    _require_form(facts.type_code, _TYPE, field="type_code", expected="WS 218 type (A100)")
    _require_form(facts.level_code, _TWO_DIGITS, field="level_code", expected="level (01-11)")
    _require_form(facts.ownership_code, _TWO_DIGITS, field="ownership_code", expected="ownership")
    _require_credit_code(facts.credit_code)
    _require_point(facts.longitude, facts.latitude, facts.point_kind)


def check_department(facts: DepartmentFacts) -> None:
    """Let pass facts about a department. Raises an Incorrect."""
    _require_business_code(facts.code)
    _require_text(facts.name, field="name", limit=80)
    _require_short(facts.name_en, field="name_en", limit=120)
    _require_short(facts.subject_code, field="subject_code", limit=10)


def check_place(facts: PlaceFacts) -> None:
    """Let pass facts about a place. Raises an Incorrect."""
    _require_business_code(facts.code)
    _require_text(facts.name, field="name", limit=120)
    _require_short(facts.address, field="address", limit=200)
    _require_short(facts.phone, field="phone", limit=32)
    require_code(facts.kind, vocabulary_name="place_kind", field="kind")
    _require_division(facts.division_code, field="division_code")
    _require_credit_code(facts.credit_code)
    _require_count(facts.headcount, field="headcount")
    _require_count(facts.capacity, field="capacity")
    _require_point(facts.longitude, facts.latitude, facts.point_kind)


def check_class(facts: ClassFacts) -> None:
    """Let pass facts about a class. Raises an Incorrect."""
    _require_text(facts.name, field="name", limit=40)
    _require_short(facts.grade, field="grade", limit=20)
    _require_count(facts.headcount, field="headcount")
    require_period(facts.from_on, facts.to_on)


def check_staff(facts: StaffFacts, *, on: date) -> None:
    """Let pass facts about a member of staff; `on` is the day by which a birth date must lie back.

    Raises:
        Incorrect: names the field; of an identity number it says what is wrong and never the number.
    """
    _require_text(facts.name, field="name", limit=64)
    _require_short(facts.phone, field="phone", limit=32)
    if facts.identity_number:
        number = parse_identity_number(facts.identity_number, on=on)
        if facts.birth_date and facts.birth_date != number.birth_on:
            raise IdentityNumberIncorrect()
    if facts.birth_date and facts.birth_date > on:
        raise PeriodReversed(start=facts.birth_date, end=on)


def check_post(facts: PostFacts) -> None:
    """Let pass facts about a post. Raises an Incorrect."""
    require_code(facts.role_code, vocabulary_name="post_role", field="role_code")
    if facts.title_code:
        require_code(facts.title_code, vocabulary_name="title", field="title_code")


def check_qualification(facts: QualificationFacts) -> None:
    """Let pass facts about a certificate. Raises an Incorrect."""
    require_code(facts.kind_code, vocabulary_name="qualification_kind", field="kind_code")
    _require_text(facts.number, field="number", limit=64)
    _require_short(facts.scope, field="scope", limit=120)
    if facts.issued_on:
        require_period(facts.issued_on, facts.expires_on)


def check_equipment(facts: EquipmentFacts) -> None:
    """Let pass facts about a piece of equipment. Raises an Incorrect."""
    require_code(facts.kind_code, vocabulary_name="equipment_kind", field="kind_code")
    _require_text(facts.name, field="name", limit=120)
    _require_short(facts.model, field="model", limit=80)
    _require_short(facts.serial_number, field="serial_number", limit=80)


def check_beds(facts: BedFacts) -> None:
    """Let pass a number of beds. Raises an Incorrect."""
    require_code(facts.kind_code, vocabulary_name="bed_kind", field="kind_code")
    _require_count(facts.available, field="available")
    _require_count(facts.authorized, field="authorized")


def require_period(start: date, end: date | None) -> None:
    """Let pass a half-open period that is not empty; an open end is None. Raises PeriodReversed."""
    if end is not None and end <= start:
        raise PeriodReversed(start=start, end=end)


def decode_table(content: bytes) -> str:
    """The text of a CSV file, which must be UTF-8, with or without a byte order mark.

    Raises:
        TableUnreadable: it is in another encoding, most often GBK.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableUnreadable(position=error.start) from None


def _require_business_code(code: str) -> None:
    if not code:
        raise ValueMissing(field="code")
    _require_form(code, _CODE, field="code", expected="code (letters, digits, . _ -, at most 32)")


def _require_text(value: str, *, field: str, limit: int) -> None:
    if not value.strip():
        raise ValueMissing(field=field)
    _require_short(value, field=field, limit=limit)
    if any(ord(character) < 32 for character in value):
        raise ValueMalformed(field=field, value=field, expected="single line of text")


def _require_short(value: str, *, field: str, limit: int) -> None:
    if len(value) > limit:
        raise ValueTooLong(field=field, length=len(value), limit=limit)


def _require_form(value: str, pattern: re.Pattern[str], *, field: str, expected: str) -> None:
    if value and not pattern.match(value):
        raise ValueMalformed(field=field, value=value, expected=expected)


def _require_division(code: str, *, field: str) -> None:
    if not code:
        raise ValueMissing(field=field)
    if find_division(code[:12] if len(code) == 14 else code) is None:
        raise DivisionNotListed(code=code, field=field)


def _require_credit_code(code: str) -> None:
    if code:
        parse_credit_code(code)


def _require_count(value: int | None, *, field: str) -> None:
    if value is not None and not 0 <= value < 2**31:
        raise ValueMalformed(field=field, value=value, expected="number of at least 0")


def _require_point(longitude: float | None, latitude: float | None, kind: str) -> None:
    if longitude is None and latitude is None and not kind:
        return
    if longitude is None or latitude is None or not kind:
        raise PointIncomplete()
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise PointIncomplete()
    require_code(kind, vocabulary_name="point_kind", field="point_kind")
