"""What can be done to the registry. Each action is one transaction and raises named errors."""

from kangmai.registry.actions.areas import (
    report_elsewhere,
    report_where_it_lies,
    set_reporting_area,
)
from kangmai.registry.actions.consortia import create_consortium, join_consortium, leave_consortium
from kangmai.registry.actions.departments import (
    close_department,
    create_department,
    update_department,
)
from kangmai.registry.actions.imports import import_organizations
from kangmai.registry.actions.loading import (
    load_beds,
    load_classes,
    load_departments,
    load_equipment,
    load_organizations,
    load_places,
    load_posts,
    load_staff,
)
from kangmai.registry.actions.organizations import (
    close_organization,
    create_organization,
    update_organization,
)
from kangmai.registry.actions.places import add_class, close_place, create_place, update_place
from kangmai.registry.actions.posts import end_post, start_post
from kangmai.registry.actions.rehash import rehash
from kangmai.registry.actions.resources import add_equipment, retire_equipment, set_beds
from kangmai.registry.actions.staff import add_qualification, create_staff, update_staff

__all__ = [
    "add_class",
    "add_equipment",
    "add_qualification",
    "close_department",
    "close_organization",
    "close_place",
    "create_consortium",
    "create_department",
    "create_organization",
    "create_place",
    "create_staff",
    "end_post",
    "import_organizations",
    "join_consortium",
    "leave_consortium",
    "load_beds",
    "load_classes",
    "load_departments",
    "load_equipment",
    "load_organizations",
    "load_places",
    "load_posts",
    "load_staff",
    "rehash",
    "report_elsewhere",
    "report_where_it_lies",
    "retire_equipment",
    "set_beds",
    "set_reporting_area",
    "start_post",
    "update_department",
    "update_organization",
    "update_place",
    "update_staff",
]
