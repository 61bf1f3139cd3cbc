"""Kinds of entries in a resident's record as people filter them: each gathers types of FHIR resources."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Kind:
    """A filter over the timeline."""

    key: str
    label: str | Promise
    icon: str
    types: tuple[str, ...]


KINDS = (
    Kind("visits", _("Visits"), "visit", ("Encounter",)),
    Kind("problems", _("Problems"), "condition", ("Condition", "AllergyIntolerance")),
    Kind("measurements", _("Measurements"), "chart", ("Observation",)),
    Kind("reports", _("Reports"), "laboratory", ("DiagnosticReport", "ImagingStudy")),
    Kind(
        "medicines",
        _("Medicines"),
        "medicine",
        (
            "MedicationRequest",
            "MedicationAdministration",
            "MedicationDispense",
            "MedicationStatement",
        ),
    ),
    Kind(
        "vaccinations",
        _("Vaccinations"),
        "vaccine",
        ("Immunization", "ImmunizationRecommendation"),
    ),
    Kind("procedures", _("Procedures"), "procedure", ("Procedure", "Device", "SupplyDelivery")),
    Kind(
        "plans",
        _("Plans and referrals"),
        "plan",
        ("CarePlan", "CareTeam", "Goal", "ServiceRequest", "Appointment", "EpisodeOfCare"),
    ),
    Kind(
        "documents",
        _("Forms and documents"),
        "document",
        ("QuestionnaireResponse", "DocumentReference", "Composition", "Consent"),
    ),
)

BY_TYPE = {type_: kind for kind in KINDS for type_ in kind.types}
ALL_TYPES = tuple(BY_TYPE)


def kind_of(key: str) -> Kind | None:
    """The kind of this key, or None."""
    return next((kind for kind in KINDS if kind.key == key), None)
