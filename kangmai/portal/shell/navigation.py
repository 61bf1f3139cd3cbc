"""The one table of places in the portal: who sees which, in what order, under which heading.

A place is shown to those whose roles hold one of its permissions; a place without permissions is for
everybody who is logged in. Places of emergency mode are hidden while it sleeps. Hiding is a courtesy:
the queries behind a page decide who may read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Phase, Purpose
from kangmai.kernel.actor import Actor, is_permitted


class Section(Enum):
    """The headings of the navigation, in order; the first has none."""

    WORK = ""
    CITY = _("City")
    OWN = _("My data")
    ADMINISTRATION = _("Administration")


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the table. `summary` is what its tile on the start page says."""

    name: str
    label: str | Promise
    summary: str | Promise
    icon: str
    section: Section
    permissions: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    """Beginnings of names of other pages that belong to this place."""
    is_main: bool = False
    """Whether it stands in the bar at the bottom of a phone."""
    purpose: Purpose | None = None
    """Shown only while an order for this is in force."""


PLACES = (
    Place("home", _("Start"), "", "home", Section.WORK, is_main=True),
    Place(
        "worklist",
        _("Follow-ups"),
        _("Whom to see, why, and by when"),
        "visit",
        Section.WORK,
        permissions=("programmes.visit", "programmes.manage"),
        roots=("worklist", "enrolment", "visit"),
        is_main=True,
    ),
    Place(
        "kit",
        _("Village kit"),
        _("Whom to see in my villages, on a phone without signal"),
        "phone",
        Section.WORK,
        permissions=("programmes.visit",),
        roots=("kit",),
    ),
    Place(
        "contracts",
        _("Family-doctor contracts"),
        _("Who has a contract, what is still to do of it, whose ends, whom to ask first"),
        "document",
        Section.WORK,
        permissions=("contracts.read",),
        roots=("contract",),
    ),
    Place(
        "doctor-teams",
        _("Family-doctor teams"),
        _("Teams, how many residents they have, and how content these are"),
        "residents",
        Section.CITY,
        permissions=("contracts.count",),
        roots=("doctor-team",),
    ),
    Place(
        "vaccination",
        _("Immunization clinic"),
        _("Check-in to release, vaccines and cold chain, late children, coverage, adverse events"),
        "vaccine",
        Section.WORK,
        permissions=("vaccination.read",),
        roots=("vaccination",),
    ),
    Place(
        "births",
        _("Births"),
        _("Certificates of birth, numbered blanks, the errands that follow and who is late"),
        "resident",
        Section.WORK,
        permissions=("births.read",),
        roots=("birth",),
    ),
    Place(
        "deaths",
        _("Death certificates"),
        _("Certificates with the chain of causes: issue, correct, confirm; the list of causes"),
        "document",
        Section.WORK,
        permissions=("deaths.read", "deaths.count"),
        roots=("death",),
    ),
    Place(
        "monitoring",
        _("Maternal and child monitoring"),
        _("Cards of birth defects and of maternal and child deaths; reviews of deaths"),
        "audit",
        Section.WORK,
        permissions=("monitoring.read", "monitoring.assess"),
        roots=("monitoring",),
    ),
    Place(
        "work",
        _("My work and pay"),
        _("What was done in a quarter, what counts, and what it comes to"),
        "chart",
        Section.WORK,
        permissions=("programmes.visit",),
        roots=("work",),
    ),
    Place(
        "checks",
        _("Yearly checks"),
        _("Samples of a year's visits: draw, judge, answer"),
        "audit",
        Section.WORK,
        permissions=("workload.check", "workload.answer"),
        roots=("checks",),
    ),
    Place(
        "cases",
        _("Case reports"),
        _("Notifiable diseases: drafts, cards, review, counts"),
        "warning",
        Section.WORK,
        permissions=("cases.read", "cases.report", "cases.count"),
        roots=("cases", "case"),
    ),
    Place(
        "inbox",
        _("Inbox"),
        _("What waits for you"),
        "inbox",
        Section.WORK,
        roots=("inbox",),
        is_main=True,
    ),
    Place(
        "deadlines",
        _("Deadlines"),
        _("What must be done by when, and what is overdue"),
        "clock",
        Section.WORK,
        permissions=("deadlines.read",),
        roots=("deadline",),
        is_main=True,
    ),
    Place(
        "watchdog",
        _("Data checks"),
        _("Visits that look omitted, empty or untrue: say how it came to this"),
        "search",
        Section.WORK,
        permissions=("watchdog.answer", "watchdog.review", "watchdog.review_labelled"),
        roots=("watchdog",),
    ),
    Place(
        "cockpit",
        _("Figures"),
        _("The figures of your area, how they were made, and who is behind target"),
        "chart",
        Section.CITY,
        permissions=("indicators.read", "indicators.published"),
        roots=("indicator", "indicators"),
        is_main=True,
    ),
    Place(
        "reports",
        _("Statistical reports"),
        _("Write and issue reports; tables of the level above, other cities, open data"),
        "document",
        Section.CITY,
        permissions=("reports.read",),
        roots=("report", "workbook", "peer", "figures", "open"),
    ),
    Place(
        "commitments",
        _("Commitments"),
        _("What was promised, who owes it, how far it is"),
        "check",
        Section.CITY,
        permissions=("commitments.read",),
        roots=("commitment",),
    ),
    Place(
        "compare-rules",
        _("Compare rules"),
        _("How far the control rate would move under another version of a rule, and for whom"),
        "chart",
        Section.CITY,
        permissions=("programmes.compare",),
    ),
    Place(
        "residents",
        _("Residents"),
        _("Find a resident and open the record"),
        "residents",
        Section.CITY,
        permissions=("identity.search",),
        roots=("resident",),
        is_main=True,
    ),
    Place(
        "emergency",
        _("Emergency mode"),
        _("Asleep until ordered: orders, registration, venues, colours, who was where"),
        "unlock",
        Section.CITY,
        permissions=("orders.read",),
        roots=("ordered",),
    ),
    Place(
        "identity-reviews",
        _("Matching"),
        _("Records that may be of one person: decide, merge, undo"),
        "accounts",
        Section.CITY,
        permissions=("identity.review",),
        roots=("identity",),
    ),
    Place(
        "corrections",
        _("Corrections asked"),
        _("What residents found wrong about themselves: apply or decline"),
        "document",
        Section.CITY,
        permissions=("identity.write",),
        roots=("correction",),
    ),
    Place(
        "institutions",
        _("Institutions"),
        _("Hospitals, centres and clinics of the city, with their staff and equipment"),
        "institution",
        Section.CITY,
        permissions=("registry.read",),
        roots=("institution",),
        is_main=True,
    ),
    Place(
        "activities",
        _("Activities"),
        _(
            "Health education and patrols: what was done, how far from the year's least, what was reported"
        ),
        "calendar",
        Section.WORK,
        permissions=("activities.read",),
        roots=("activity", "activities"),
    ),
    Place(
        "points",
        _("Service points"),
        _(
            "Nurseries, elderly care, psychological clinics, Chinese medicine: places, requirements, inspections"
        ),
        "place",
        Section.CITY,
        permissions=("points.read",),
        roots=("point", "points"),
    ),
    Place(
        "scan",
        _("Scan a card"),
        _("Recognize who stands before you by an e-health card or another card"),
        "phone",
        Section.WORK,
        permissions=("cards.verify",),
        roots=("scan",),
    ),
    Place(
        "cards",
        _("E-health cards"),
        _("Cards issued and shown, by institution"),
        "chart",
        Section.CITY,
        permissions=("cards.count",),
    ),
    Place(
        "my-card",
        _("My card"),
        _("The code that every institution of the city accepts"),
        "phone",
        Section.OWN,
        permissions=("own.card",),
        is_main=True,
    ),
    Place(
        "family",
        _("My family"),
        _("For whom you act, and who may act for you"),
        "residents",
        Section.OWN,
        permissions=("own.family",),
        roots=("family",),
    ),
    Place(
        "my-doctor",
        _("My family doctor"),
        _("Your team, what it does for you this year, and how it was"),
        "visit",
        Section.OWN,
        permissions=("own.record",),
    ),
    Place(
        "my-births",
        _("Birth errands"),
        _("Your newborn's certificate and everything that follows it, where it stands"),
        "check",
        Section.OWN,
        permissions=("own.record",),
    ),
    Place(
        "my-sharing",
        _("Sharing and my data"),
        _("Share your record, object, take a copy"),
        "unlock",
        Section.OWN,
        permissions=("own.consent",),
    ),
    Place(
        "my-corrections",
        _("My corrections"),
        _("Say what is wrong about you, and read the answer"),
        "document",
        Section.OWN,
        permissions=("own.record",),
    ),
    Place(
        "my-record",
        _("My record"),
        _("Everything the city's institutions wrote about you"),
        "document",
        Section.OWN,
        permissions=("own.record",),
        is_main=True,
    ),
    Place(
        "my-ledger",
        _("Who looked"),
        _("Who opened your record, when, from where and why"),
        "ledger",
        Section.OWN,
        permissions=("own.ledger",),
        is_main=True,
    ),
    Place(
        "signals",
        _("Early warning"),
        _("What rules and detectors found: verify, exclude, open an event"),
        "warning",
        Section.WORK,
        permissions=("signals.read",),
        roots=("signal", "signals", "event", "events"),
        is_main=True,
    ),
    Place(
        "signals-intake",
        _("Daily counts"),
        _("Absence from school, sales of pharmacies, positive results, by day"),
        "plus",
        Section.WORK,
        permissions=("signals.intake",),
    ),
    Place(
        "signals-unusual",
        _("Report something unusual"),
        _("Several people ill at once: tell the officer on duty"),
        "warning",
        Section.WORK,
        permissions=("signals.report",),
    ),
    Place(
        "handover",
        _("Handover"),
        _("What national and provincial systems must hold: waiting, sent, received, rejected"),
        "document",
        Section.WORK,
        permissions=("handover.read",),
        roots=("handover",),
    ),
    Place(
        "intake",
        _("Tables"),
        _("Take in records as a table where there is no interface: template, trial, import"),
        "document",
        Section.WORK,
        permissions=("records.intake",),
        roots=("intake",),
    ),
    Place(
        "nucleic-acid",
        _("Testing"),
        _("Rounds of nucleic-acid testing: board, tables, boxes, laboratories, positive pools"),
        "laboratory",
        Section.CITY,
        permissions=("testing.read", "testing.plan", "testing.sample", "testing.bench"),
        roots=("nucleic",),
        purpose=Purpose.TESTING,
    ),
    Place(
        "tracing",
        _("Tracing"),
        _("Cases, contacts, quarantine, daily checks, transmission tree, line lists"),
        "residents",
        Section.CITY,
        permissions=("tracing.investigate", "tracing.follow", "tracing.count"),
        roots=("tracing",),
        purpose=Purpose.TRACING,
    ),
    Place(
        "grid",
        _("Grid tasks"),
        _("What to do at which door and by when; people who need help; who is late"),
        "visit",
        Section.WORK,
        permissions=("tasks.do", "tasks.give", "tasks.count"),
        roots=("grid",),
        is_main=True,
        purpose=Purpose.QUARANTINE,
    ),
    Place(
        "desks",
        _("Hotels and ports"),
        _("Who arrives and from where, in which room, who left; at the desk where you stand"),
        "institution",
        Section.WORK,
        permissions=("venues.desk",),
        roots=("desks", "desk"),
        is_main=True,
        purpose=Purpose.REGISTRATION,
    ),
    Place(
        "quarantine",
        _("Quarantine sites"),
        _("Who is in which room, who is expected, who may leave"),
        "home",
        Section.CITY,
        permissions=("quarantine.assign", "quarantine.run", "quarantine.count"),
        roots=("quarantine",),
        purpose=Purpose.QUARANTINE,
    ),
    Place(
        "rides",
        _("Ambulance trips"),
        _("Whom to bring where, step by step"),
        "place",
        Section.WORK,
        permissions=("quarantine.drive", "quarantine.dispatch"),
        roots=("rides",),
        purpose=Purpose.QUARANTINE,
    ),
    Place(
        "capacity",
        _("Rooms, beds, ambulances"),
        _("What the area can still take: quarantine rooms, beds by ward, ambulances"),
        "institution",
        Section.CITY,
        permissions=("capacity.read",),
        roots=("capacity",),
    ),
    Place(
        "cells",
        _("Grid"),
        _("Grids and micro-grids, who looks after them, which households belong to them"),
        "map",
        Section.CITY,
        permissions=("grid.read",),
        roots=("cells",),
    ),
    Place(
        "my-tests",
        _("My tests"),
        _("Your samples and results, a place in the queue, antigen tests"),
        "laboratory",
        Section.OWN,
        permissions=("own.record",),
        purpose=Purpose.TESTING,
    ),
    Place(
        "supplies",
        _("Supplies"),
        _("Emergency stocks: how many days they last, what expires, who should send what to whom"),
        "institution",
        Section.CITY,
        permissions=("supplies.read",),
        roots=("supplies",),
    ),
    Place(
        "teams",
        _("Emergency teams"),
        _("Who comes when something happens: teams, experts, call-outs, drills, missions"),
        "residents",
        Section.CITY,
        permissions=("teams.read",),
        roots=("teams", "team"),
    ),
    Place(
        "on-time",
        _("Done on time"),
        _("How many deadlines were met on time, by deadline, county, town and institution"),
        "chart",
        Section.CITY,
        permissions=("deadlines.oversee",),
    ),
    Place(
        "forms",
        _("Forms"),
        _("What services ask, by version, with worked examples"),
        "document",
        Section.ADMINISTRATION,
        permissions=("records.create", "registry.manage", "system.read"),
        roots=("form",),
    ),
    Place(
        "emergency-reviews",
        _("Emergency openings"),
        _("Records opened without the usual right: was it justified?"),
        "unlock",
        Section.ADMINISTRATION,
        permissions=("glass.review",),
    ),
    Place(
        "kits",
        _("Village kits"),
        _("Phones that hold part of a worklist: see them, erase them"),
        "phone",
        Section.ADMINISTRATION,
        permissions=("kit.oversee",),
    ),
    Place(
        "accounts",
        _("Accounts"),
        _("Accounts, their roles and where these hold"),
        "accounts",
        Section.ADMINISTRATION,
        permissions=("access.manage",),
        roots=("account",),
    ),
    Place(
        "audit",
        _("Audit trail"),
        _("Who did what, and whether the trail is unbroken"),
        "audit",
        Section.ADMINISTRATION,
        permissions=("audit.read",),
    ),
    Place(
        "feed",
        _("Event feed"),
        _("How far each reader is, and events nobody could handle"),
        "feed",
        Section.ADMINISTRATION,
        permissions=("feed.manage",),
    ),
    Place(
        "outbound",
        _("Undelivered messages"),
        _("What could not be sent outside the inbox"),
        "inbox",
        Section.ADMINISTRATION,
        permissions=("feed.manage",),
    ),
    Place(
        "health",
        _("System health"),
        _("What the doctor found, and how to mend it"),
        "system",
        Section.ADMINISTRATION,
        permissions=("system.read",),
    ),
)


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place as a template shows it."""

    label: str
    summary: str
    icon: str
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A heading with the places under it."""

    title: str
    entries: tuple[ShownPlace, ...]


NAMES = frozenset(place.name for place in PLACES)


def is_open(place: Place, actor: Actor) -> bool:
    """Whether an actor's roles lead to this place."""
    return not place.permissions or any(is_permitted(actor, each) for each in place.permissions)


def places_of(actor: Actor, *, at: datetime) -> tuple[Place, ...]:
    """The places an actor's roles lead to, in order; those of emergency mode only while it is awake."""
    allowed = [place for place in PLACES if is_open(place, actor)]
    if not any(place.purpose for place in allowed):
        return tuple(allowed)
    awake = _awake(at)
    return tuple(place for place in allowed if place.purpose is None or place.purpose in awake)


def _awake(at: datetime) -> set[Purpose]:
    """For what orders are in force anywhere."""
    found = orders.public_orders(at=at)
    in_force = [each for each in found if each.phase(at) is Phase.IN_FORCE]
    return {purpose for each in in_force for purpose in each.purposes}


def show(place: Place, *, page: str = "") -> ShownPlace:
    """A place for a template, where `page` is the name of the page it stands on."""
    belongs = page.split("-")[0] in place.roots and page not in NAMES
    current = page == place.name or belongs
    return ShownPlace(
        str(place.label), str(place.summary), place.icon, reverse(place.name), current
    )


def sections(places: Sequence[Place], *, page: str) -> tuple[ShownSection, ...]:
    """The whole navigation of somebody to whom these places are open."""
    shown = (
        ShownSection(
            str(section.value),
            tuple(show(each, page=page) for each in places if each.section is section),
        )
        for section in Section
    )
    return tuple(section for section in shown if section.entries)


def bottom_bar(places: Sequence[Place], *, page: str) -> tuple[ShownPlace, ...]:
    """At most four places for a phone's bar."""
    main = [place for place in places if place.is_main]
    return tuple(show(place, page=page) for place in main[:4])
