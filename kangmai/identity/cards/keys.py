"""The keys that sign codes: private halves derived from the keyring by version, public ones in a table."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from kangmai.identity.cards import models
from kangmai.identity.cards.errors import CityUnknown
from kangmai.identity.cards.signatures import public_key, sign
from kangmai.identity.cards.types import Algorithm, PublicKey
from kangmai.kernel import sealing

LOCK = "cards signing key"


def chosen_algorithm() -> Algorithm:
    """What KANGMAI_CARD_ALGORITHM says; Ed25519 where it says nothing."""
    return Algorithm(settings.CARD_ALGORITHM)


def current_key(*, at: datetime) -> models.SigningKey:
    """The key that signs now; made at first need, and again where the setting names another algorithm.

    Raises:
        CityUnknown, AlgorithmUnavailable
    """
    found = models.SigningKey.objects.filter(to_at=None).first()
    if found is not None and found.algorithm == chosen_algorithm():
        return found
    return renewed_key(at=at, replaced=found.version if found else None)


def renewed_key(*, at: datetime, replaced: int | None) -> models.SigningKey:
    """A new key in the place of the one with version `replaced`, unless somebody was faster."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
        present = models.SigningKey.objects.filter(to_at=None).first()
        if present is not None and present.version != replaced:
            return present
        city = present.city if present else _city()
        if present is not None:
            present.to_at = at
            present.save(update_fields=["to_at"])
        return _made(city, at)


def signer(key: models.SigningKey, message: bytes) -> bytes:
    """The signature of a key over a message."""
    algorithm = Algorithm(key.algorithm)
    return sign(algorithm, _secret(key.version, algorithm), message)


def public_keys() -> tuple[PublicKey, ...]:
    """Every key there ever was, oldest first: printed codes outlive the key that signs today."""
    rows = models.SigningKey.objects.order_by("version")
    return tuple(
        PublicKey(
            row.key_id,
            Algorithm(row.algorithm),
            row.city,
            bytes(row.public),
            row.from_at,
            row.to_at,
            row.revoked_at,
        )
        for row in rows
    )


def _made(city: str, at: datetime) -> models.SigningKey:
    latest = models.SigningKey.objects.order_by("-version").values_list("version", flat=True)
    version, algorithm = (latest.first() or 0) + 1, chosen_algorithm()
    public = public_key(algorithm, _secret(version, algorithm))
    return models.SigningKey.objects.create(
        version=version,
        key_id=int.from_bytes(hashlib.sha256(public).digest()[:4]),
        algorithm=algorithm,
        city=city,
        public=public,
        from_at=at,
    )


def _secret(version: int, algorithm: Algorithm) -> bytes:
    return sealing.derived_secret(f"card signing {algorithm} {version}")


def _city() -> str:
    """The city for which cards are issued: where most residents live."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT left(place_code, 4) AS city FROM identity_resident
               WHERE merged_into_id IS NULL GROUP BY city ORDER BY count(*) DESC, city LIMIT 1"""
        )
        row = cursor.fetchone()
    if row is None:
        raise CityUnknown()
    return row[0]
