"""What a card's page shows of its reviews, and who opened the card: for those who call reviews."""

from typing import Any

from kangmai.access import queries as access
from kangmai.portal.messages.presenters import language
from kangmai.portal.monitoring import wording
from kangmai.portal.shell import words
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest
from kangmai.programmes.monitoring import queries
from kangmai.programmes.monitoring.types import (
    Card,
    CardRule,
    Judgement,
    Level,
    Review,
    ReviewRule,
    ReviewState,
    State,
)
from kangmai.registry import queries as registry


def context(request: PortalRequest, of: Card, kind: CardRule) -> dict[str, Any]:
    """Reviews with their opinions, the form for a conclusion, what may be called next, who read the card."""
    readings = queries.readings_of(of.id, actor=request.actor)
    found = queries.reviews_of(of.id, actor=request.actor) if kind.review else []
    accounts = {each.account for each in readings} | {each.concluded_by for each in found}
    people = access.account_names(ids=accounts)
    houses = {each.organization for each in readings if each.organization}
    names = registry.names_by_id(ids=houses, language=language())
    shown: dict[str, Any] = {
        "readings": [
            {
                "at": words.instant(each.at),
                "by": people.get(each.account, ""),
                "house": names.get(each.organization or 0, ""),
                "purpose": wording.purpose(each.purpose),
            }
            for each in readings
        ]
    }
    if kind.review is None:
        return shown
    rule = kind.review
    return shown | {
        "is_reviewed": True,
        "reviews": [_review(request, each, of, rule, people) for each in found],
        "callable": _callable(request, of, found),
        "fields": fields(rule, None),
        "least": rule.least_opinions,
    }


def _callable(request: PortalRequest, of: Card, found: list[Review]) -> tuple[Any, ...]:
    """The levels whose review may be called now."""
    if of.state not in (State.COUNTY, State.CITY):
        return ()
    there = {each.level: each.state for each in found}
    levels = [Level.COUNTY]
    if queries.is_city(request.actor, of.place_code):
        levels += [Level.CITY, Level.PROVINCE]
    below = {Level.CITY: Level.COUNTY, Level.PROVINCE: Level.CITY}
    free = [
        each
        for each in levels
        if each not in there
        and (each not in below or there.get(below[each]) is ReviewState.CONCLUDED)
    ]
    return choices(((each.value, wording.level(each)) for each in free), current="")


def _review(
    request: PortalRequest, of: Review, card: Card, rule: ReviewRule, people: dict[int, str]
) -> dict[str, Any]:
    is_city = queries.is_city(request.actor, card.place_code)
    may_conclude = of.level is Level.COUNTY or is_city
    enough = of.level is Level.PROVINCE or of.opinions >= rule.least_opinions
    return {
        "id": of.id,
        "version": of.version,
        "level": wording.level(of.level),
        "is_concluded": of.state is ReviewState.CONCLUDED,
        "meets": words.day(of.meets_on),
        "held": words.day(of.held_on) if of.held_on else "",
        "opinions": [said(each.judgement, rule) for each in of.all_opinions],
        "count": of.opinions,
        "conclusion": said(of.judgement, rule) if of.judgement else None,
        "by": people.get(of.concluded_by, ""),
        "may_conclude": may_conclude and enough and of.state is ReviewState.CALLED,
        "is_short": not enough,
    }


def said(of: Judgement, rule: ReviewRule) -> dict[str, Any]:
    """A judgement in words."""
    cells = (each.split(":") for each in of.cells)
    return {
        "avoidable": wording.title(rule.avoidable, of.avoidable),
        "delays": [wording.title(rule.delays, each) for each in of.delays],
        "cells": [f"{wording.title(rule.who, who)} × {wording.title(rule.what, what)}" for who, what in cells],
        "text": of.text,
    }  # fmt: skip


def fields(rule: ReviewRule, now: Judgement | None) -> dict[str, Any]:
    """The choices of a judgement, the grid row by row."""
    spoken = language()
    delays = now.delays if now else ()
    cells = now.cells if now else ()
    return {
        "avoidable": choices(((each.id, each.words.in_language(spoken)) for each in rule.avoidable), current=now.avoidable if now else ""),
        "delays": [(each.id, each.words.in_language(spoken), each.id in delays) for each in rule.delays],
        "what": [each.words.in_language(spoken) for each in rule.what],
        "grid": [
            (
                who.words.in_language(spoken),
                [(f"{who.id}:{what.id}", what.words.in_language(spoken), f"{who.id}:{what.id}" in cells) for what in rule.what],
            )
            for who in rule.who
        ],
        "text": now.text if now else "",
    }  # fmt: skip


def told(request: PortalRequest) -> Judgement:
    """What the form of a judgement says."""
    post = request.POST
    return Judgement(post.get("avoidable", ""), tuple(post.getlist("delay")), tuple(post.getlist("cell")), post.get("text", ""))  # fmt: skip
