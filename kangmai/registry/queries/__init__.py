"""What the registry knows. Institutions, places and posts are seen by everyone who may read the registry."""

from kangmai.registry.queries.areas import (
    consortia_of,
    get_consortium,
    get_reporting_area,
    reporting_areas,
    reporting_places,
)
from kangmai.registry.queries.choices import Choice, choices
from kangmai.registry.queries.lookups import (
    answering,
    codes,
    codes_of_place,
    descendant_ids,
    kind_of,
    names_by_id,
    overseers,
    post_counts,
    posted,
    staff_names,
)
from kangmai.registry.queries.organizations import (
    ancestors,
    beds,
    departments,
    equipment,
    find_organization,
    get_organization,
    organizations_by_code,
    organizations_by_id,
    search_organizations,
)
from kangmai.registry.queries.places import (
    classes,
    get_place,
    places_by_code,
    places_by_id,
    search_places,
)
from kangmai.registry.queries.staff import (
    get_staff,
    get_staff_details,
    posts,
    qualifications,
    search_staff,
)
from kangmai.registry.vocabulary import class_years

__all__ = [
    "Choice",
    "ancestors",
    "answering",
    "beds",
    "choices",
    "class_years",
    "classes",
    "codes",
    "codes_of_place",
    "consortia_of",
    "departments",
    "descendant_ids",
    "equipment",
    "find_organization",
    "get_consortium",
    "get_organization",
    "get_place",
    "get_reporting_area",
    "get_staff",
    "get_staff_details",
    "kind_of",
    "names_by_id",
    "organizations_by_code",
    "organizations_by_id",
    "overseers",
    "places_by_code",
    "places_by_id",
    "post_counts",
    "posted",
    "posts",
    "qualifications",
    "reporting_areas",
    "reporting_places",
    "search_organizations",
    "search_places",
    "search_staff",
    "staff_names",
]
