"""What every page's template knows without being told by its view."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kangmai.identity.family import queries as family
from kangmai.identity.family.types import Kind
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.messages import queries as messages
from kangmai.portal.shell import navigation, standing
from kangmai.portal.shell.bundle import bundle


def shell(request: HttpRequest) -> dict[str, object]:
    """Django's context processor for the frame: navigation, standing, inbox count, bundle, demo."""
    known = {"bundle": bundle(), "demo": settings.DEMO}
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return known
    page = request.resolver_match.url_name or "" if request.resolver_match else ""
    places = navigation.places_of(actor, at=request.at)
    standings = standing.standings(actor)
    return {
        **known,
        "actor": actor,
        "navigation": navigation.sections(places, page=page),
        "bottom_bar": navigation.bottom_bar(places, page=page),
        "standings": standings,
        "standing": standings[0] if standings else None,
        "waiting_count": SimpleLazyObject(lambda: messages.count_waiting(actor=actor)),
        "other_postings": SimpleLazyObject(lambda: standing.other_postings(actor, at=request.at)),
        "acting_for": SimpleLazyObject(lambda: _acting_for(actor)),
        "may_find_residents": is_permitted(actor, "identity.search"),
        "may_search": is_permitted(actor, "identity.search")
        or is_permitted(actor, "registry.read"),
        "is_administrator": is_permitted(actor, "system.read"),
    }


def _acting_for(actor: Actor) -> str:
    """The name of the resident for whom somebody of his family acts here; empty for everybody else."""
    roles = {grant.role for grant in actor.grants}
    if not roles & {kind.value for kind in Kind}:
        return ""
    return family.name_of(next(iter(actor.scope.residents)))
