"""Beds and posts: the national ratios for the residents asked for, shared out over the institutions."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.institutions.types import Institution
from kangmai.commandline.city.places import Places, village_targets
from kangmai.commandline.city.streams import inverse, largest_remainder


def residents_served(places: Places, institutions: list[Institution]) -> list[float]:
    """How many residents each institution serves: the weight of its share of beds and staff."""
    served: dict[str, float] = {code: float(n) for code, n in places.real_population.items()}
    for town in places.towns:
        served[town.code] = float(town.residents)
        targets = village_targets(town)
        served |= {code: float(n) for code, n in zip(town.villages, targets, strict=True)}
    return [served.get(each.jurisdiction, 1.0) for each in institutions]


def _tier(institution: Institution) -> str:
    if institution.key in ("town", "village"):
        return institution.key
    return "county" if not institution.division.endswith("00") else "city"


def _entries() -> dict[tuple[str, str], dict[str, Any]]:
    network = read("network")
    entries = {(tier, e["key"]): e for tier in ("city", "county") for e in network[tier]}
    entries["town", "township_hospital"] = network["town"]["rural"]
    entries["town", "community_centre"] = network["town"]["urban"]
    entries["village", "village_clinic"] = network["village"]["rural"]
    entries["village", "community_station"] = network["village"]["urban"]
    return entries


def _entry(institution: Institution) -> dict[str, Any]:
    tier = _tier(institution)
    key = institution.kind if tier in ("town", "village") else institution.key
    entries = _entries()
    return entries.get((tier, key)) or entries["city", key]


def with_beds(
    institutions: list[Institution], sizes: list[float], *, residents: int
) -> list[Institution]:
    network = read("network")
    total = round(residents * network["per_1000"]["beds"] / 1000)
    tiers = list(network["beds_share"])
    shares = largest_remainder(total, list(network["beds_share"].values()))
    beds = np.zeros(len(institutions), dtype=np.int64)
    present = {tier: [e for e in institutions if _tier(e) == tier] for tier in tiers}
    for tier, share in zip(tiers, shares, strict=True):
        members = present[tier] or present["county"]
        weights = [
            sizes[each.order] * _entry(each).get("beds", 0 if tier != "town" else 1)
            for each in members
        ]
        for each, part in zip(members, largest_remainder(int(share), weights), strict=True):
            beds[each.order] += part
    return [replace(each, beds=int(beds[each.order])) for each in institutions]


def posts_of(institutions: list[Institution], sizes: list[float], *, residents: int) -> list[int]:
    """How many people work in each institution: its least staff, or its share if that is more."""
    network = read("network")
    total = round(residents * network["per_1000"]["health_staff"] / 1000)
    tiers = list(network["staff_share"])
    shares = largest_remainder(total, list(network["staff_share"].values()))
    posts = [0] * len(institutions)
    for tier, share in zip(tiers, shares, strict=True):
        members = [each for each in institutions if _tier(each) == tier]
        if not members:
            continue
        plain = 1 if tier in ("town", "village") else 0.3
        weights = [sizes[each.order] * _entry(each).get("weight", plain) for each in members]
        for each, part in zip(members, largest_remainder(int(share), weights), strict=True):
            posts[each.order] = max(int(part), _entry(each)["least_staff"])
    return posts


def works_of(institutions: list[Institution], posts: list[int]) -> list[str]:
    """The posts of each kind of institution by largest remainder; in village clinics in turn."""
    table = read("network")["posts"]
    works: list[str] = []
    singles: dict[str, int] = defaultdict(int)
    for each, count in zip(institutions, posts, strict=True):
        parts = table[each.kind]
        if count < 3:
            for _ in range(count):
                works.append(_in_turn(parts, singles[each.kind]))
                singles[each.kind] += 1
            continue
        for work, number in zip(parts, largest_remainder(count, list(parts.values())), strict=True):
            works += [work] * int(number)
    return works


def _in_turn(parts: dict[str, float], number: int) -> str:
    """Kinds of work spread evenly (by the golden section) so that many single posts have the right parts."""
    at = (number * 0.6180339887498949 + 0.31) % 1.0
    return list(parts)[int(inverse(np.array(list(parts.values())), np.array([at]))[0])]
