"""Where and how a vaccine may be given: what is proposed, what is offered, and what is refused. Pure.

Source: 预防接种工作规范, 七对 (接种部位、接种途径); sites and routes of each vaccine stand in the list of vaccines.
"""

from kangmai.kernel.words import Words
from kangmai.programmes.immunization.rules import vaccines
from kangmai.programmes.vaccination.rulebook import vaccine_words
from kangmai.programmes.vaccination.types import Block, Rule

ROUTES = {"scarification": "SCAR", "nasal": "NASAL"}
"""Routes of the list of vaccines that the clinic's rule calls otherwise."""
BY_THEMSELVES = {"PO": "MOUTH", "NASAL": "NOSE"}
"""Routes that go with one site, which no other route goes with."""
INFANT_DAYS = 365


def routes_of(vaccine: str) -> tuple[str, ...]:
    """How a vaccine may be given, the usual way first."""
    listed = str(vaccines().get(vaccine, {}).get("route", "IM")).split(" or ")
    return tuple(ROUTES.get(each, each) for each in listed)


def sites_of(vaccine: str, *, rule: Rule) -> tuple[str, ...]:
    """Where it may be given by one of its routes, in the order of the rule."""
    routes = routes_of(vaccine)
    return tuple(site for site in rule.sites if any(_goes_with(site, each) for each in routes))


def site_proposed(vaccine: str, *, age_days: int) -> tuple[str, str]:
    """Where and how a vaccine is usually given: by mouth, infants' thigh for intramuscular ones, else the left arm."""
    route = routes_of(vaccine)[0]
    if route in BY_THEMSELVES:
        return BY_THEMSELVES[route], route
    is_infant = age_days < INFANT_DAYS and route == "IM"
    return ("LVL" if is_infant else "LD"), route


def blocks_of_way(vaccine: str, *, site: str, route: str, rule: Rule) -> tuple[Block, ...]:
    """A route that is not the vaccine's, or a site that does not go with the route."""
    name, way = vaccine_words(vaccine), rule.routes[route].title
    routes = routes_of(vaccine)
    if route not in routes:
        usual = [rule.routes[each].title for each in routes]
        zh = f"{name.zh}应{'或'.join(each.zh for each in usual)}，不能{way.zh}"
        en = f"{name.en} is given {' or '.join(each.en.lower() for each in usual)}, not {way.en.lower()}"
        return (Block("wrong_route", Words(zh, en)),)
    if not _goes_with(site, route):
        place = rule.sites[site].title
        zh, en = (
            f"{way.zh}与部位“{place.zh}”不符",
            f"{way.en} does not go with the site: {place.en}",
        )
        return (Block("wrong_site", Words(zh, en)),)
    return ()


def _goes_with(site: str, route: str) -> bool:
    own = BY_THEMSELVES.get(route)
    return site == own if own else site not in BY_THEMSELVES.values()
