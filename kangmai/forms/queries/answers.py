"""What was answered, as it stands and as it stood before each correction."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kangmai.forms import models
from kangmai.forms.errors import ResponseNotFound
from kangmai.forms.fhir import from_response
from kangmai.forms.queries.definitions import form_version
from kangmai.forms.rules import changes_between
from kangmai.forms.types import Answered, AnswerVersion, Change, ResponseStatus
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import AccountId, OrganizationId, ResidentId
from kangmai.records import queries as records
from kangmai.records.errors import ResourceNotFound
from kangmai.records.types import Stored

MOST_VERSIONS = 200


def resource_of(stored: Stored) -> dict[str, Any]:
    """A stored resource with its decimals as they were written."""
    return json.loads(stored.body, parse_float=Decimal)


def find_row(response_id: str) -> models.Response:
    """The row of a response.

    Raises:
        ResponseNotFound
    """
    try:
        id = UUID(response_id)
    except ValueError:
        raise ResponseNotFound() from None
    row = models.Response.objects.filter(id=id).first()
    if row is None:
        raise ResponseNotFound()
    return row


def get_answers(response_id: str, *, actor: Actor, at: datetime) -> Answered:
    """A response as it stands.

    Raises:
        NotPermitted
        ResponseNotFound: there is none, or it is outside the actor's scope.
    """
    row = find_row(response_id)
    try:
        stored = records.get("QuestionnaireResponse", response_id, actor=actor, at=at)
    except ResourceNotFound:
        raise ResponseNotFound() from None
    return answered(row, stored)


def answered(row: models.Response, stored: Stored) -> Answered:
    """A response out of its row and its resource."""
    form = form_version(row.form_id, row.form_version)
    resource = resource_of(stored)
    saving = row.savings.filter(version=stored.version).first()
    return Answered(
        response_id=str(row.id),
        form=form,
        resident_id=ResidentId(row.resident_id),
        version=stored.version,
        status=ResponseStatus(resource["status"]),
        answers=from_response(form, resource),
        effective_on=row.effective_on,
        saved_at=stored.updated_at,
        account=AccountId(saving.account) if saving else None,
        account_name=saving.account_name if saving else "",
        organization=OrganizationId(row.organization) if row.organization else None,
        observations=dict(row.observations),
    )


def versions(response_id: str, *, actor: Actor, at: datetime) -> list[AnswerVersion]:
    """Every version of a response, newest first: what it said, who said it, when and why.

    Raises:
        NotPermitted, ResponseNotFound
    """
    row = find_row(response_id)
    form = form_version(row.form_id, row.form_version)
    try:
        found = records.search_versions(
            "QuestionnaireResponse", response_id, limit=MOST_VERSIONS, actor=actor, at=at
        )
    except ResourceNotFound:
        raise ResponseNotFound() from None
    savings = {each.version: each for each in row.savings.all()}
    return [_version(form, each, savings.get(each.version)) for each in found if each.body]


def _version(form: Any, stored: Stored, saving: models.Saving | None) -> AnswerVersion:
    resource = resource_of(stored)
    return AnswerVersion(
        version=stored.version,
        status=ResponseStatus(resource["status"]),
        answers=from_response(form, resource),
        saved_at=stored.updated_at,
        account=AccountId(saving.account) if saving else None,
        account_name=saving.account_name if saving else "",
        reason=saving.reason if saving else "",
    )


def changes(response_id: str, *, since: int, actor: Actor, at: datetime) -> tuple[Change, ...]:
    """What a response says differently now than in version `since`.

    Raises:
        NotPermitted, ResponseNotFound
    """
    found = versions(response_id, actor=actor, at=at)
    before = next((each for each in found if each.version == since), found[-1])
    row = find_row(response_id)
    return changes_between(
        form_version(row.form_id, row.form_version), before.answers, found[0].answers
    )


def find_latest(
    form_id: str, *, resident_id: ResidentId, since: date, before: date, actor: Actor, at: datetime
) -> Answered | None:
    """The latest response of a resident to any version of a form in [since, before), inside the scope."""
    row = (
        models.Response.objects.filter(
            form_id=form_id,
            resident_id=resident_id,
            is_withdrawn=False,
            effective_on__gte=since,
            effective_on__lt=before,
        )
        .order_by("-effective_on", "-id")
        .first()
    )
    if row is None:
        return None
    try:
        stored = records.get("QuestionnaireResponse", str(row.id), actor=actor, at=at)
    except ResourceNotFound:
        return None
    return answered(row, stored)
