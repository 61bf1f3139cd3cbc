"""Whose certificates an actor may see and change: those of his institutions and places."""

from uuid import UUID

from django.db.models import Q

from kangmai.kernel.actor import Actor, Grant, NotPermitted, require
from kangmai.programmes.deaths import models
from kangmai.programmes.deaths.errors import CertificateNotFound
from kangmai.registry import queries as registry

READ = "deaths.read"
CERTIFY = "deaths.certify"
REVIEW = "deaths.review"
COUNT = "deaths.count"


def grants(actor: Actor, permission: str) -> list[Grant]:
    """The grants by which an actor has a permission."""
    return [each for each in actor.grants if {permission, "*"} & each.permissions]


def near(actor: Actor, permission: str) -> Q:
    """The rows of an actor's institutions and places; nothing where he has neither.

    A certificate with a sensitive cause is seen in the places of those alone who may see such causes, who
    confirm certificates, or who count them without names.
    """
    told = Q(label__in=actor.scope.labels)
    found = Q(pk__in=[])
    for grant in grants(actor, permission):
        if grant.organization is not None:
            found |= Q(organization=grant.organization)
        sees_all = permission == COUNT or {REVIEW, "*"} & grant.permissions
        for place in grant.places:
            inside = Q(place_code__gte=place.low, place_code__lt=place.high)
            found |= inside if sees_all else inside & told
    return found


def desk(actor: Actor) -> tuple[int, str]:
    """The institution at which somebody certifies, and where it stands. Raises NotPermitted."""
    require(actor, CERTIFY)
    found = next((each.organization for each in grants(actor, CERTIFY) if each.organization), None)
    if found is None:
        raise NotPermitted(permission=CERTIFY)
    division, _jurisdiction = registry.codes_of_place(organization_id=found)
    return found, division


def is_own(actor: Actor, organization: int) -> bool:
    """Whether an actor certifies in an institution."""
    return any(each.organization == organization for each in grants(actor, CERTIFY))


def locked(certificate_id: UUID, permission: str, *, actor: Actor) -> models.Certificate:
    """A certificate near the actor, locked; correcting is for the institution that issued it.

    Raises:
        NotPermitted, CertificateNotFound
    """
    require(actor, permission)
    rows = models.Certificate.objects.select_for_update()
    row = rows.filter(near(actor, permission), pk=certificate_id).first()
    if row is None or (permission == CERTIFY and not is_own(actor, row.organization)):
        raise CertificateNotFound()
    return row
