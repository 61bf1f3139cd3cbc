"""Rows as the rest of the house sees them."""

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.checking import age_of
from kangmai.epidemic.cases.contents import content_of
from kangmai.epidemic.cases.types import (
    SEALED,
    Assistance,
    AssistanceState,
    Card,
    CaseLine,
    Content,
    Origin,
    Person,
    PlaceState,
    State,
)
from kangmai.epidemic.cases.writing import number_of
from kangmai.kernel.actor import Label
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId
from kangmai.standards.calendars import legal_day
from kangmai.standards.identity_numbers import mask_identity_number
from kangmai.standards.telephones import mask_telephone

_IMPORTED = {"": None, Origin.LOCAL.value: False, Origin.IMPORTED.value: True}


def line_of(row: models.Card) -> CaseLine:
    """A card's line."""
    content = Content(birth_date=row.birth_date, age_years=row.age_years)
    return CaseLine(
        card_id=row.id,
        number=number_of(row),
        disease=row.disease,
        subtype=row.subtype,
        case_class=row.case_class,
        severity=row.severity,
        sex_code=row.sex_code,
        birth_date=row.birth_date,
        age_years=age_of(content, row.onset_on or legal_day(row.drafted_at)),
        occupation=row.occupation,
        home_code=row.home_code,
        report_code=row.report_code,
        organization=OrganizationId(row.organization),
        place_id=row.place_id,
        place_state=PlaceState(row.place_state),
        onset_on=row.onset_on,
        diagnosed_at=row.diagnosed_at,
        reported_at=row.submitted_at,
        final_reviewed_at=row.final_reviewed_at,
        is_imported=_IMPORTED[row.origin],
        died_on=row.died_on,
        state=State(row.state),
        label=Label(row.label),
        version=row.version,
    )


def card_of(row: models.Card, *, is_masked: bool) -> Card:
    """A card opened, masked where its reader may not know the person."""
    content = content_of(row)
    return Card(
        line=line_of(row),
        content=masked(content) if is_masked else content,
        resident=ResidentId(row.resident_id) if row.resident_id is not None else None,
        is_masked=is_masked,
        account=AccountId(row.account),
        drafted_at=row.drafted_at,
        county_reviewed_at=row.county_reviewed_at,
        reason=row.reason,
        managing_code=row.managing_code,
        version=row.version,
    )


def masked(content: Content) -> Content:
    """A card's content without what names the person or tells of the infection."""
    plain = {
        name: getattr(content, name)
        for name in Content.__dataclass_fields__
        if name not in SEALED and name not in ("sections", "birth_date")
    }
    return Content(**plain, name=mask_name(content.name))


def mask_name(name: str) -> str:
    """The surname with stars: 陈**; of other names the first letter."""
    return name[:1] + "**" if name else ""


def person_of(content: Content, *, is_masked: bool) -> Person:
    """Whom a card is about."""
    if not is_masked:
        return Person(content.name, content.phone, content.address, content.document_number, False)
    return Person(
        mask_name(content.name),
        mask_telephone(content.phone) if content.phone else "",
        "",
        mask_identity_number(content.document_number) if content.document_number else "",
        True,
    )


def assistance_of(row: models.Assistance) -> Assistance:
    """A request to another county."""
    return Assistance(
        id=row.id,
        card_id=row.card_id,
        number=number_of(row.card),
        disease=row.card.subtype,
        from_code=row.from_code,
        to_code=row.to_code,
        state=AssistanceState(row.state),
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        note=row.note,
        version=row.version,
    )
