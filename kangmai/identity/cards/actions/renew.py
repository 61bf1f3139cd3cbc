"""Put another signing key in the place of the present one, and revoke a key that was betrayed."""

from datetime import datetime

from django.db import connection, transaction

from kangmai.identity.cards import keys, models
from kangmai.identity.cards.types import PublicKey
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require


def renew_signing_key(*, is_betrayed: bool = False, actor: Actor, at: datetime) -> PublicKey:
    """Sign with a new key from now on.

    Codes of phones are signed anew every minute; printed ones stay good, unless the old key was betrayed:
    then they are refused from now on and must be printed again.

    Raises:
        NotPermitted, CityUnknown, AlgorithmUnavailable
    """
    require(actor, "identity.keys")
    with transaction.atomic():
        present = models.SigningKey.objects.filter(to_at=None).first()
        made = keys.renewed_key(at=at, replaced=present.version if present else None)
        if present is not None and is_betrayed:
            models.SigningKey.objects.filter(version=present.version).update(revoked_at=at)
        audit.record(
            connection.connection,
            actor=actor,
            at=at,
            action="cards.key",
            object_type="SigningKey",
            object_id=str(made.version),
            details={"betrayed": is_betrayed},
        )
    return next(each for each in keys.public_keys() if each.id == made.key_id)
