"""One institution: what it is, its staff, beds, equipment, and what stands under it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.portal.institutions import presenters
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries
from kangmai.standards.calendars import legal_day

STAFF_PAGE = 30
BELOW = 100


@require_safe
@signed_in
def institution(request: PortalRequest, organization_id: int) -> HttpResponse:
    """Show an institution."""
    actor, on = request.actor, legal_day(request.at)
    found = queries.get_organization(organization_id=organization_id, actor=actor)
    departments = queries.departments(organization_id=organization_id, actor=actor)
    staff = queries.search_staff(
        organization_id=organization_id,
        on=on,
        after=request.GET.get("after", ""),
        limit=STAFF_PAGE,
        actor=actor,
    )
    posts = queries.posts(organization_id=organization_id, on=on, actor=actor)
    below = queries.search_organizations(parent_id=organization_id, limit=BELOW, actor=actor)
    name = presenters.name_of(found)
    context = {
        "crumbs": trail(Crumb(_("Institutions"), "/institutions/"), Crumb(name)),
        "name": name,
        "kind": presenters.coded("organization_kind", found.kind),
        "is_invented": found.is_invented,
        "is_closed": found.closed_on is not None,
        "facts": presenters.facts(
            found, queries.ancestors(organization_id=organization_id, actor=actor)
        ),
        "consortia": [
            presenters.consortium(each)
            for each in queries.consortia_of(organization_id=organization_id, on=on, actor=actor)
        ],
        "departments": [presenters.department_name(each) for each in departments],
        "staff": presenters.colleagues(staff.rows, posts, departments),
        "pager": pager(request.GET, cursor=staff.next),
        "beds": presenters.beds(queries.beds(organization_id=organization_id, on=on, actor=actor)),
        "equipment": [
            presenters.thing(each)
            for each in queries.equipment(organization_id=organization_id, actor=actor)
        ],
        "below": [presenters.row(each) for each in below.rows],
        "has_more_below": bool(below.next),
    }
    return render(request, "institutions/page.html", context)
