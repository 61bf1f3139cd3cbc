"""Tables of the registry."""

from kangmai.registry.models.areas import ReportingArea, ReportingAreaMember, ReportingPlace
from kangmai.registry.models.consortia import Consortium, ConsortiumMember
from kangmai.registry.models.forms import FormKey
from kangmai.registry.models.organizations import Department, Organization
from kangmai.registry.models.places import Place, PlaceClass
from kangmai.registry.models.resources import BedStock, Equipment
from kangmai.registry.models.staff import Post, Qualification, Staff

__all__ = [
    "BedStock",
    "Consortium",
    "ConsortiumMember",
    "Department",
    "Equipment",
    "FormKey",
    "Organization",
    "Place",
    "PlaceClass",
    "Post",
    "Qualification",
    "ReportingArea",
    "ReportingAreaMember",
    "ReportingPlace",
    "Staff",
]
