"""What the record offers for the items of a form: the latest measurement of each, with its source.

All measurements are read by one statement, whatever the form asks; the previous response to the same
form is read once where an item wants it. Everything lies inside the actor's scope.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from kangmai.forms import proposing
from kangmai.forms.queries.answers import find_latest, resource_of
from kangmai.forms.rules.enablement import Values
from kangmai.forms.rules.subjects import effective_item_of
from kangmai.forms.rules.writing import inputs_of, words_of
from kangmai.forms.types import Answered, Choice, Form, Item, Proposal, Row, Value, Words
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.records import queries as records
from kangmai.records.queries import WantedCode
from kangmai.standards.calendars import ONE_DAY, legal_day, start_of_day

DEPTH = 5
"""How many measurements of a code are looked at for one that fits, such as both halves of one reading."""


def proposals(
    form: Form, *, resident_id: ResidentId, on: date, actor: Actor, at: datetime
) -> Mapping[str, Proposal]:
    """Link id → what may be proposed for it; nothing older than the item allows, nothing after `on`.

    Raises:
        NotPermitted
        ResidentNotFound: there is none, or he is outside the actor's scope.
    """
    resident = identity.get_resident(resident_id, actor=actor, at=at)
    found = list(_measured(form, resident, on=on, actor=actor, at=at))
    found += _previous(form, resident, on=on, actor=actor, at=at)
    order = {link_id: place for place, link_id in enumerate(form.by_link_id)}
    return {p.link_id: p for p in sorted(found, key=lambda p: order[p.link_id])}


def _measured(
    form: Form, resident: Resident, *, on: date, actor: Actor, at: datetime
) -> Iterator[Proposal]:
    items = [i for i in form.walk() if i.prefill and i.prefill.is_measured]
    wanted = [(item, code) for item in items for code in item.codes]
    codes = [
        WantedCode(code.system, code.code, _since(item, on), item.prefill.is_own_only)
        for item, code in wanted
        if item.prefill
    ]
    found = records.latest_observations(
        (resident.patient_id, *resident.linked_patients),
        codes,
        before=start_of_day(on + ONE_DAY),
        limit=DEPTH,
        actor=actor,
        at=at,
    )
    offers: dict[str, list[proposing.Offer]] = {item.link_id: [] for item in items}
    for each in found:
        item, code = wanted[each.wanted]
        resource = resource_of(each.resource)
        value = proposing.value_in(item, code, resource)
        if value is not None:
            offer = proposing.Offer(value, each.measured_at, each.resource)
            offers[item.link_id].append(offer)
    for link_id, offer in proposing.chosen(form, offers).items():
        yield _proposal(form, form.item(link_id), offer, on=on, actor=actor)


def _since(item: Item, on: date) -> datetime:
    days = item.prefill.max_age_days if item.prefill else 0
    return start_of_day(on - timedelta(days=days))


def _proposal(
    form: Form, item: Item, offer: proposing.Offer, *, on: date, actor: Actor
) -> Proposal:
    """A proposal; what was measured on another day brings that day along, where the form keeps it."""
    author = offer.resource.author_org
    measured_on = legal_day(offer.measured_at)
    day = effective_item_of(form, item) if measured_on != on else ""
    return Proposal(
        link_id=item.link_id,
        given=inputs_of(item.link_id, offer.value) | (inputs_of(day, measured_on) if day else {}),
        words=words_of(item, offer.value),
        source=f"{offer.resource.type}/{offer.resource.id}",
        organization=OrganizationId(author) if author else None,
        measured_on=measured_on,
        age_days=(on - measured_on).days,
        is_own=author in actor.scope.organizations,
    )


def _previous(
    form: Form, resident: Resident, *, on: date, actor: Actor, at: datetime
) -> list[Proposal]:
    """What the latest response to the same form said, for the items that want it."""
    items = [item for item in form.walk() if item.prefill and item.prefill.is_previous]
    if not items:
        return []
    oldest = max(item.prefill.max_age_days for item in items if item.prefill)
    found = [
        find_latest(
            id,
            resident_id=resident.id,
            since=on - timedelta(days=oldest),
            before=on + ONE_DAY,
            actor=actor,
            at=at,
        )
        for id in (form.id, *form.shares_with)
    ]
    latest = sorted(filter(None, found), key=lambda each: each.saved_at, reverse=True)
    newest_first = sorted(latest, key=lambda each: each.effective_on, reverse=True)
    proposed = (_from_newest(item, newest_first, on=on, actor=actor) for item in items)
    return [each for each in proposed if each is not None]


def _from_newest(
    item: Item, newest_first: Sequence[Answered], *, on: date, actor: Actor
) -> Proposal | None:
    """What the newest response that answers an item said, if it is young enough."""
    assert item.prefill is not None
    for latest in newest_first:
        is_fresh = (on - latest.effective_on).days <= item.prefill.max_age_days
        said = _said_before(item, latest) if is_fresh else None
        if said is not None:
            return _repeated(item, *said, latest=latest, on=on, actor=actor)
    return None


def _said_before(item: Item, latest: Answered) -> tuple[dict[str, Any], Words] | None:
    """The inputs and words of an earlier answer; None where there was none that still fits the item."""
    answers, asked = latest.answers, latest.form.by_link_id.get(item.link_id)
    if asked is None or asked.kind is not item.kind:
        return None
    if item.is_repeating:
        rows = answers.rows.get(item.link_id, ())
        return (_row_inputs(item, rows), _row_words(item, rows)) if rows else None
    value = answers.values.get(item.link_id)
    if value is None or not _is_offered(item, value):
        return None
    return inputs_of(item.link_id, value), words_of(item, value)


def _is_offered(item: Item, value: Value | tuple[Choice, ...]) -> bool:
    """Whether every coded answer is among the options of the item."""
    several = value if isinstance(value, tuple) else (value,)
    coded = (each for each in several if isinstance(each, Choice) and each.code)
    return all(item.option(each.code) for each in coded)


def _row_inputs(group: Item, rows: Sequence[Row]) -> dict[str, Any]:
    known = {item.link_id for item in group.items}
    inputs: dict[str, Any] = {}
    for number, row in enumerate(rows):
        for link_id, value in row.items():
            if link_id in known:
                inputs |= inputs_of(f"{group.link_id}.{number}.{link_id}", value)
    return inputs


def _row_words(group: Item, rows: Sequence[Row]) -> Words:
    return {
        language: separator.join(_one_row(group, row, language) for row in rows)
        for language, separator in (("zh", "；"), ("en", "; "))
    }


def _one_row(group: Item, row: Values, language: str) -> str:
    return " ".join(
        words_of(item, row[item.link_id])[language] for item in group.items if item.link_id in row
    )


def _repeated(
    item: Item,
    inputs: dict[str, Any],
    words: Words,
    *,
    latest: Answered,
    on: date,
    actor: Actor,
) -> Proposal:
    return Proposal(
        link_id=item.link_id,
        given=inputs,
        words=words,
        source=f"QuestionnaireResponse/{latest.response_id}",
        organization=latest.organization,
        measured_on=latest.effective_on,
        age_days=(on - latest.effective_on).days,
        is_own=latest.organization in actor.scope.organizations,
    )
