"""The words of cards: states, carriers, scenes, deeds."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kangmai.identity.cards.types import Bearer, Carrier, Change, Scene, State

STATES: dict[State, tuple[str | Promise, str]] = {
    State.ACTIVE: (_("in use"), "good"),
    State.SUSPENDED: (_("suspended"), "warning"),
    State.REPLACED: (_("replaced"), ""),
    State.CANCELLED: (_("cancelled"), ""),
}
CARRIERS: dict[Carrier, str | Promise] = {
    Carrier.DYNAMIC: _("code on a phone"),
    Carrier.STATIC: _("printed code"),
    Carrier.IDENTITY_CARD: _("identity card"),
    Carrier.SOCIAL_SECURITY: _("social security card"),
    Carrier.MEDICAL_INSURANCE: _("medical insurance voucher"),
    Carrier.UNKNOWN: _("not recognized"),
}
SCENES: dict[Scene, str | Promise] = {
    Scene.REGISTRATION: _("Registration"),
    Scene.CONSULTATION: _("Consultation"),
    Scene.PAYMENT: _("Payment"),
    Scene.EXAMINATION: _("Examination"),
    Scene.PHARMACY: _("Pharmacy"),
    Scene.REPORT: _("Collecting a report"),
    Scene.INPATIENT: _("Inpatient stay"),
    Scene.VACCINATION: _("Vaccination"),
    Scene.FOLLOW_UP: _("Follow-up"),
    Scene.OTHER: _("Other"),
}
CHANGES: dict[Change, str | Promise] = {
    Change.SUSPENDED: _("suspended"),
    Change.RESUMED: _("resumed"),
    Change.REPLACED: _("replaced"),
    Change.CANCELLED: _("cancelled"),
    Change.PIN_SET: _("password set"),
    Change.PRINTED: _("printed"),
}
BEARERS: dict[Bearer, str | Promise] = {
    Bearer.SELF: _("the holder"),
    Bearer.GUARDIAN: _("a guardian"),
    Bearer.AUTHORISED: _("somebody authorised"),
}
