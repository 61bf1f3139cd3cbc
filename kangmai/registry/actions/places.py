"""Register, change and close schools, nurseries, care homes and work sites, and their classes."""

from datetime import date, datetime

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.registry import events, forms, models, naming, rules
from kangmai.registry.errors import CodeTaken, PlaceUnknown
from kangmai.registry.projection import project_place
from kangmai.registry.types import ClassFacts, Place, PlaceClass, PlaceFacts
from kangmai.registry.values import columns_of, value_of
from kangmai.registry.writing import (
    FormKey,
    locked,
    new_fhir_id,
    refusing,
    require_open,
    write_down,
)


def create_place(
    *, facts: PlaceFacts, form_key: FormKey = None, actor: Actor, at: datetime
) -> Place:
    """Register a place.

    Raises:
        NotYourOrganization: the actor is no registrar of its division.
        CodeTaken: another place has this code.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        if made := forms.claim(form_key, action="create_place", actor=actor, at=at):
            return value_of(Place, models.Place.objects.get(pk=made))
        rules.require_registrar(actor, division_code=facts.division_code)
        rules.check_place(facts)
        row = models.Place(**_columns(facts), fhir_id=new_fhir_id(), updated_at=at)
        _save(row, insert=True)
        forms.settle(form_key, made=row.pk)
        return _finish(row, events.PLACE_CREATED, actor=actor, at=at)


def update_place(
    *, place_id: int, facts: PlaceFacts, expected_version: int, actor: Actor, at: datetime
) -> Place:
    """Change a place; who moves it must be registrar of both divisions.

    Raises:
        PlaceUnknown, NotYourOrganization, ChangedMeanwhile, AlreadyClosed, CodeTaken.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        row = _locked(place_id)
        for division_code in (row.division_code, facts.division_code):
            rules.require_registrar(actor, division_code=division_code)
        require_version(row.version, expected_version)
        require_open(row.closed_on)
        rules.check_place(facts)
        for column, value in _columns(facts).items():
            setattr(row, column, value)
        row.version, row.updated_at = row.version + 1, at
        _save(row, insert=False)
        return _finish(row, events.PLACE_UPDATED, actor=actor, at=at)


def close_place(
    *, place_id: int, closed_on: date, expected_version: int, actor: Actor, at: datetime
) -> Place:
    """Close a place from a day on. Raises PlaceUnknown, NotYourOrganization, ChangedMeanwhile, AlreadyClosed."""
    with transaction.atomic():
        row = _locked(place_id)
        rules.require_registrar(actor, division_code=row.division_code)
        require_version(row.version, expected_version)
        require_open(row.closed_on)
        row.closed_on, row.version, row.updated_at = closed_on, row.version + 1, at
        row.save()
        return _finish(row, events.PLACE_CLOSED, actor=actor, at=at)


def add_class(
    *, facts: ClassFacts, form_key: FormKey = None, actor: Actor, at: datetime
) -> PlaceClass:
    """Add a class for a school year.

    Raises:
        PlaceUnknown, NotYourOrganization, AlreadyClosed.
        CodeTaken: the place has a class of this name from the same day on.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        if made := forms.claim(form_key, action="add_class", actor=actor, at=at):
            return value_of(PlaceClass, models.PlaceClass.objects.get(pk=made))
        place = _locked(facts.place_id)
        rules.require_registrar(actor, division_code=place.division_code)
        require_open(place.closed_on)
        rules.check_class(facts)
        row = models.PlaceClass(**columns_of(facts))
        with refusing({"placeclass_once": lambda: CodeTaken(code=facts.name)}):
            row.save(force_insert=True)
        forms.settle(form_key, made=row.pk)
        _write_down(place.pk, events.CLASS_ADDED, {"class": row.pk}, actor=actor, at=at)
        return value_of(PlaceClass, row)


def _locked(place_id: int) -> models.Place:
    return locked(models.Place, place_id, or_else=PlaceUnknown(place=place_id))


def _columns(facts: PlaceFacts) -> dict[str, object]:
    names = {
        "sort_key": naming.place_sort_key(facts.name),
        "initials": naming.place_initials(facts.name),
    }
    return {**columns_of(facts), **names}


def _save(row: models.Place, *, insert: bool) -> None:
    with refusing({"registry_place_code": lambda: CodeTaken(code=row.code)}):
        row.save(force_insert=insert)


def _finish(row: models.Place, event: str, *, actor: Actor, at: datetime) -> Place:
    project_place(row, actor=actor, at=at)
    _write_down(row.pk, event, {"version": row.version}, actor=actor, at=at)
    return value_of(Place, row)


def _write_down(
    place_id: int, event: str, noted: dict[str, object], *, actor: Actor, at: datetime
) -> None:
    write_down(
        actor=actor, at=at, event=event, object_type="Place", object_id=place_id, details=noted
    )
