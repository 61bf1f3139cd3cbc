"""Keep what is being typed, so that a weak network or a dead battery loses nothing."""

from datetime import datetime, timedelta

import orjson
from django.db import transaction

from kangmai.forms import models
from kangmai.forms.errors import DraftTooLarge
from kangmai.forms.queries.drafts import bound_to
from kangmai.forms.types import Form, Given
from kangmai.identity import queries as identity
from kangmai.kernel import sealing
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.records import rules as records

LARGEST = 65_536
KEPT = timedelta(days=30)


def save_draft(
    *,
    form: Form,
    resident_id: ResidentId,
    given: Given,
    occasion: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Keep the actor's draft in place of his earlier one; unread and unchecked, but sealed.

    Raises:
        NotPermitted: the actor may not fill in forms.
        ResidentNotFound: there is none, or he is outside the actor's scope.
        DraftTooLarge
    """
    records.require(actor, records.Interaction.CREATE, "QuestionnaireResponse")
    plain = orjson.dumps(dict(given), default=list)
    if len(plain) > LARGEST:
        raise DraftTooLarge(limit=LARGEST)
    identity.get_resident(resident_id, actor=actor, at=at)
    of = {
        "account": actor.account,
        "resident_id": resident_id,
        "form_id": form.id,
        "occasion": occasion,
    }
    with transaction.atomic():
        row = models.Draft.objects.select_for_update().filter(**of).first()
        id = row.id if row else uuid7()
        version, sealed = sealing.seal(plain, bound_to=bound_to(id))
        kept = {
            "form_version": form.version,
            "sealed": sealed,
            "sealed_key": version,
            "saved_at": at,
        }
        if row is None:
            models.Draft.objects.bulk_create(
                [models.Draft(id=id, **of, **kept)], ignore_conflicts=True
            )
        else:
            models.Draft.objects.filter(id=id).update(**kept)


def discard_draft(*, form: Form, resident_id: ResidentId, occasion: str = "", actor: Actor) -> None:
    """Forget the actor's draft, if there is one."""
    models.Draft.objects.filter(
        account=actor.account, resident_id=resident_id, form_id=form.id, occasion=occasion
    ).delete()


def forget_drafts(*, at: datetime) -> int:
    """Forget drafts that nobody touched for a month; how many they were. For the worker."""
    return models.Draft.objects.filter(saved_at__lt=at - KEPT).delete()[0]
