"""Filters of the templates that show forms."""

import json
from collections.abc import Mapping
from typing import Any

from django import template

from kangmai.forms.types import RenderedField, RenderedProposal, RenderedSection

register = template.Library()


@register.filter
def anchor(place: str) -> str:
    """The id of an input's part of the page: `drugs.0.dose` becomes drugs-0-dose."""
    return place.replace(".", "-").replace("+", "-")


@register.filter
def conditions(shown: RenderedField | RenderedSection) -> str:
    """When an item is asked, as JSON for the page's script; empty where it always is."""
    listed = [[each.question, each.operator, each.answer] for each in shown.conditions]
    return json.dumps({"any": shown.is_any_enough, "when": listed}) if listed else ""


@register.filter
def inputs(proposal: RenderedProposal) -> str:
    """The inputs that a proposal fills, as JSON for the page's script."""
    return json.dumps(dict(proposal.inputs), ensure_ascii=False, default=list)


@register.filter
def source_of(names: Mapping[str, str], proposal: RenderedProposal) -> str:
    """Where a proposal is from."""
    return names.get(proposal.source, "")


@register.filter
def entry(mapping: Mapping[str, Any], key: str) -> Any:
    """The value of a key that only the template knows."""
    return mapping.get(key, "")
