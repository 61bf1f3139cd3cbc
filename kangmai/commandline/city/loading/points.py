"""Service points of the invented city: every institution and place of a kind that its assumptions ask for.

What a point is like follows from its code, so that the same city has the same points. A few nurseries were
inspected, by the register's own actions.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.institutions.types import Institution
from kangmai.kernel.actor import Actor
from kangmai.programmes.points import actions, queries
from kangmai.programmes.points.actions import PointDraft
from kangmai.programmes.points.types import Found, Show
from kangmai.standards.calendars import legal_day

TOWN = ("township_hospital", "community_centre")
VILLAGE = ("village_clinic", "community_station")
YEAR = timedelta(days=365)
FINDINGS = (Found("fire", "一处消防通道堆放杂物"), Found("cameras", "午睡室监控回放不足90日"))
MARK = "（虚构）"


@dataclass(frozen=True, slots=True)
class _Place:
    """A nursery or care home of the registry."""

    id: int
    kind: str
    name: str
    division: str
    capacity: int
    headcount: int


class _Points:
    """The drafts of a city's points."""

    def __init__(self, city: InventedCity, organizations: Sequence[int], on: date) -> None:
        self.city, self.organizations, self.on = city, organizations, on
        self.table = read("service_points")
        self.kinds = queries.kinds(on=on)

    def all(self) -> Iterator[PointDraft]:
        """Every point, those of institutions first."""
        network = self.city.network.institutions
        for each in network:
            yield from self._of_institution(each)
        for place in self._nurseries():
            yield self._nursery(place)
        partners = {e.division[:9]: e for e in network if e.kind in TOWN}
        for place in (*_places("care_home"), *self._care_homes()):
            if place.division[:9] in partners and self._is(
                place.name, self.table["agreement_percent"]
            ):
                yield self._agreement(place, partners[place.division[:9]])
        yield from self._named()

    def _of_institution(self, each: Institution) -> Iterator[PointDraft]:
        values: dict[str, Any]
        is_town = each.kind in TOWN
        is_village = each.kind in VILLAGE and self._is(
            f"tcm{each.code}", self.table["tcm"]["village_percent"]
        )
        if is_town or is_village:
            yield self._institution("tcm_service", each, self._tcm(each, is_town))
        if is_town and self._is(f"room{each.code}", self.table["room_percent"]):
            values = {"area": 20, "counsellors": 1 + _dice(each.code, 2), "hours": 10, "dispensing": bool(_dice(each.code, 7)), "sessions": 60 + _dice(each.code, 200)}  # fmt: skip
            yield self._institution("counselling_room", each, values)
        is_general = each.kind == "hospital" and each.type_code.startswith("A1")
        if is_general and self._is(f"clinic{each.code}", self.table["clinic_percent"]):
            values = {"sessions": 3 + _dice(each.code, 8), "psychiatrists": 1 + _dice(each.code, 3), "psychologists": 2, "audience": ["adults", "minors"], "visits": 900 + _dice(each.code, 4000)}  # fmt: skip
            yield self._institution("psychological_clinic", each, values)
        if (is_town or each.kind == "hospital") and self._is(f"friend{each.code}", self.table["friendly_percent"]):  # fmt: skip
            values = {"culture": True, "manual_windows": 2, "green_channel": True, "geriatric_clinic": True, "step_free": True, "signs": True, "score": 74 + _dice(each.code, 22)}  # fmt: skip
            yield self._institution("age_friendly", each, values)
        if (is_town or is_general) and self._is(f"hospice{each.code}", self.table["hospice_percent"]):  # fmt: skip
            beds = 4 + _dice(each.code, 8)
            values = {"setting": "beds", "beds": beds, "in_beds": beds // 2, "doctors": 2, "nurses": 4, "social_workers": 1, "served": beds * 6}  # fmt: skip
            yield self._institution("hospice_unit", each, values)
        if each.key == "mch":
            values = {"staff": 3, "trainings": 6, "trained": 180, "visits": 24, "families": 400}
            yield self._institution("childcare_guidance", each, values)
        if each.key == "tcm":
            values = {"grade": "aaa" if _dice(each.code, 4) else "aa", "doctors": 4, "plans": 800, "served": 2600}  # fmt: skip
            yield self._institution("tcm_prevention", each, values)

    def _tcm(self, each: Institution, is_town: bool) -> dict[str, Any]:
        able = not self._is(f"lack{each.code}", self.table["lacking_percent"])
        count = self.table["tcm"]["able" if able else "lacking"]["town" if is_town else "village"]
        techniques = list(self.kinds["tcm_service"].fields["techniques"].choices)
        # every second one of the list, so that several classes are among them
        chosen = [*techniques[::2], *techniques[1::2]][:count]
        doctors = 8 + _dice(each.code, 10) if is_town else 1
        return {
            "hall": "hall" if is_town else "pavilion" if _dice(each.code, 5) == 0 else "none",
            "room": True, "doctors": doctors, "tcm_doctors": max(1, round(doctors * 0.3)),
            "techniques": [id for id in techniques if id in chosen], "pieces": 220 if is_town else 0, "patent": 60,
            "tcm_visits": 3000 if is_town else 240, "visits": 11000 if is_town else 900,
        }  # fmt: skip

    def _nurseries(self) -> Iterator[_Place]:
        """Nurseries of the registry, and of communities as many as the residents of the towns want.

        What a town wants beyond whole nurseries is carried to the next, so that a small city has few; the
        first stands in its first town, however few it wants.
        """
        rules = self.table["nursery"]
        smallest, largest = rules["places"]
        known = _places("nursery")
        owed = -float(sum(each.capacity for each in known))
        first = 0 if known else smallest
        yield from known
        for town in (each for each in self.city.places.towns if each.residents):
            owed += town.residents * rules["per_1000"] / 1000
            owed, first = max(owed, first), 0
            n = 0
            while owed >= smallest:
                n, places = n + 1, min(int(owed), largest)
                owed -= places
                name = f"{MARK}{town.name}社区托育园{n}"
                yield _Place(0, "", name, town.code, places, places * (60 + _dice(name, 35)) // 100)

    def _nursery(self, place: _Place) -> PointDraft:
        rules = self.table["nursery"]
        able = not self._is(f"lack{place.name}", self.table["lacking_percent"])
        children = min(place.headcount, place.capacity)
        infants, toddlers = children // 10, children * 4 // 10
        older = children - infants - toddlers
        needed = -(-infants // 3) + -(-toddlers // 5) + -(-older // 7)
        caregivers = max(1, needed if able else needed - 1)
        low, high = rules["fee"]
        values = {
            "type": "nursery" if place.id else "community", "nature": "private" if _dice(place.name, 3) else "public", "filing_number": f"虚构{zlib.crc32(place.name.encode()):010d}",
            "places": place.capacity, "inclusive_places": place.capacity * rules["inclusive_percent"] // 100,
            "infants": infants, "toddlers": toddlers, "older": older, "staff": caregivers + 3, "caregivers": caregivers,
            "qualified": caregivers, "health_staff": 1, "guards": 1, "fee": low + _dice(place.name, (high - low) // 100) * 100,
            "fire_check_on": (self.on - timedelta(days=200)).isoformat(), "health_check_on": (self.on - timedelta(days=180)).isoformat(),
        }  # fmt: skip
        return self._draft("nursery", place.name, place.division, values, place=place.id or None, holder_kind=place.kind, keeper=self._town_of(place.division))  # fmt: skip

    def _care_homes(self) -> Iterator[_Place]:
        """A care home of every so many towns that is no place of the registry."""
        for town in self.city.places.towns[:: self.table["care_home_every"]]:
            name = f"{MARK}{town.name}敬老院"
            beds = 40 + _dice(name, 12) * 10
            yield _Place(0, "", name, town.code, beds, beds * 3 // 4)

    def _agreement(self, place: _Place, partner: Institution) -> PointDraft:
        signed = self.on - timedelta(days=30 + _dice(place.name, 1060))
        beds = max(place.capacity, 1)
        values = {
            "mode": "agreement", "signed_on": signed.isoformat(), "beds": beds, "nursing_beds": beds * 3 // 5 + 1,
            "people": min(place.headcount, beds), "disabled": min(place.headcount, beds) // 4, "caregivers": max(1, place.headcount // 5),
            "services": ["rounds", "referral", "records", "chronic"], "care_filing": True, "medical_licence": _dice(place.name, 3) == 0,
        }  # fmt: skip
        ends = signed + self.table["agreement_years"] * YEAR
        return self._draft("combined_care", place.name, place.division, values, place=place.id or None, holder_kind=place.kind, partner=self.organizations[partner.order], keeper=self.organizations[partner.order], ends_on=ends)  # fmt: skip

    def _named(self) -> Iterator[PointDraft]:
        """Postpartum centres and heritage studios, who are nobody in the registry."""
        towns = [each for each in self.city.places.towns if each.residents]
        for n, town in enumerate(towns[: self.table["confinement_centres"]]):
            rooms = 18 + 6 * n
            values = {"licence": f"虚构-{n + 1}", "rooms": rooms, "mothers": rooms * 3 // 4, "newborns": rooms * 3 // 4, "nurses": 6, "caregivers": rooms, "health_certificates": rooms + 6, "fire_check_on": (self.on - timedelta(days=90)).isoformat(), "food_licence": True, "hospital": "市妇幼保健院"}  # fmt: skip
            yield self._draft("confinement_centre", f"{MARK}安禧母婴照护中心{n + 1}店", town.code, values, keeper=self._town_of(town.code))  # fmt: skip
        for n, town in enumerate(towns[: self.table["studios"]]):
            values = {"institution": "市中医院", "expert": f"{MARK}专家{n + 1}", "level": "province" if n else "national", "heirs": 3 + n, "outreach": 24, "cases": 40}  # fmt: skip
            yield self._draft("tcm_studio", f"{MARK}名老中医药专家传承工作室{n + 1}", town.code, values, keeper=self._town_of(town.code))  # fmt: skip

    def _institution(self, kind: str, each: Institution, values: dict[str, Any]) -> PointDraft:
        id = self.organizations[each.order]
        return self._draft(kind, each.name, each.division, values, organization=id, holder_kind=each.kind, keeper=id)  # fmt: skip

    def _draft(
        self, kind: str, name: str, division: str, values: dict[str, Any], **more: Any
    ) -> PointDraft:
        since = self.on - timedelta(days=40 + _dice(f"{kind}{name}", 360))
        waits = self._is(f"{kind}{name}", self.table["waiting_percent"])
        return PointDraft(
            kind=kind, name=name, place_code=division, values=values, from_on=since,
            confirmed_on=None if waits else since + timedelta(days=7), is_invented=True, **more,
        )  # fmt: skip

    def _town_of(self, division: str) -> int | None:
        for town in self.city.places.towns:
            if division.startswith(town.code):
                return self.organizations[self.city.network.town_institution[town.order]]
        return None

    def _is(self, what: str, percent: int) -> bool:
        return _dice(what, 100) < percent


def has_service_points(*, actor: Actor, at: datetime) -> bool:
    """Whether the points were loaded already."""
    return bool(queries.point_list(kind="tcm_service", limit=1, actor=actor, at=at).rows)


def load_service_points(
    city: InventedCity, organizations: Sequence[int], *, actor: Actor, at: datetime
) -> int:
    """Load the points of a city and inspect its first nurseries; how many points there are."""
    count = actions.load_points(
        list(_Points(city, organizations, legal_day(at)).all()), actor=actor, at=at
    )
    nurseries = queries.point_list(kind="nursery", show=Show.OPEN, limit=read("service_points")["inspections"], actor=actor, at=at)  # fmt: skip
    for number, point in enumerate(nurseries.rows):
        actions.inspect(
            point_id=point.id, on=legal_day(at), inspectors="虚构检查组", findings=FINDINGS if number % 2 == 0 else (),
            note="年度检查", key=uuid4(), actor=actor, at=at,
        )  # fmt: skip
    return count


def _dice(what: str, sides: int) -> int:
    """A number from 0 on, below `sides`, that a text always has."""
    return zlib.crc32(what.encode()) % max(1, sides)


def _places(kind: str) -> list[_Place]:
    sql = """SELECT id, kind, name, division_code, coalesce(capacity, 0), coalesce(headcount, 0)
             FROM registry_place WHERE kind = %s AND closed_on IS NULL ORDER BY id"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [kind])
        return [_Place(*row) for row in cursor.fetchall()]
