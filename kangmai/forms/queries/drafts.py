"""What an account has typed and not saved. A draft is its author's alone."""

import json

from kangmai.forms import models
from kangmai.forms.types import Draft, Form
from kangmai.kernel import sealing
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId


def bound_to(id: object) -> bytes:
    """The place a sealed draft belongs to."""
    return f"forms.draft:{id}".encode()


def find_draft(
    form: Form, *, resident_id: ResidentId, occasion: str = "", actor: Actor
) -> Draft | None:
    """The actor's own draft of a form about a resident, of whichever version it was typed into."""
    row = models.Draft.objects.filter(
        account=actor.account, resident_id=resident_id, form_id=form.id, occasion=occasion
    ).first()
    if row is None:
        return None
    opened = sealing.unseal(row.sealed_key, bytes(row.sealed), bound_to=bound_to(row.id))
    return Draft(row.form_id, row.form_version, json.loads(opened), row.saved_at)
