"""What the registry calls things, what people say about them (…Facts), and what is kept."""

from kangmai.registry.types.areas import Consortium, ReportingArea, ReportingPlace
from kangmai.registry.types.kinds import ConsortiumKind, OrganizationKind, PlaceKind, PointKind
from kangmai.registry.types.lists import ImportReport, Page, RowError
from kangmai.registry.types.loads import (
    DepartmentLoad,
    OrganizationLoad,
    PlaceLoad,
    PostLoad,
    StaffLoad,
)
from kangmai.registry.types.organizations import (
    Department,
    DepartmentFacts,
    Organization,
    OrganizationFacts,
)
from kangmai.registry.types.places import ClassFacts, Place, PlaceClass, PlaceFacts
from kangmai.registry.types.resources import BedFacts, Equipment, EquipmentFacts
from kangmai.registry.types.staff import (
    Post,
    PostFacts,
    Qualification,
    QualificationFacts,
    Staff,
    StaffDetails,
    StaffFacts,
)

__all__ = [
    "BedFacts",
    "ClassFacts",
    "Consortium",
    "ConsortiumKind",
    "Department",
    "DepartmentFacts",
    "DepartmentLoad",
    "Equipment",
    "EquipmentFacts",
    "ImportReport",
    "Organization",
    "OrganizationFacts",
    "OrganizationKind",
    "OrganizationLoad",
    "Page",
    "Place",
    "PlaceClass",
    "PlaceFacts",
    "PlaceKind",
    "PlaceLoad",
    "PointKind",
    "Post",
    "PostFacts",
    "PostLoad",
    "Qualification",
    "QualificationFacts",
    "ReportingArea",
    "ReportingPlace",
    "RowError",
    "Staff",
    "StaffDetails",
    "StaffFacts",
    "StaffLoad",
]
