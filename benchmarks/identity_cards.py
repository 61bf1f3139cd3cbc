"""Claim: 571,500 e-health cards are issued within 60 s; a dynamic code is checked offline within 1 ms.

Cards: bare rows of residents (what is sealed in them plays no part) in a database of its own, then
`issue_cards` as the command runs it: who has none, numbers with check digits, COPY, audit. Codes: signed,
written and checked as a reader without a line does it, Ed25519, and SM2 where the library gmalg is
installed; beside them one bare Ed25519 check of the library, as the floor below which nobody gets.

    python benchmarks/identity_cards.py [--cards 571500] [--codes 20000]
"""

import argparse
import datetime
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

AT = datetime.datetime(2026, 3, 1, 2, tzinfo=datetime.UTC)
MANY_SM2 = 50


def issuing(count: int) -> dict[str, float]:
    """Seconds to issue `count` cards in a database of its own."""
    from kangmai.commandline.opening import opened

    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "data"):
        from django.db import connection

        from kangmai.identity.cards.actions import issue_cards
        from kangmai.kernel.actor import operator

        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO identity_resident (index_number, sex_code, place_code, managing_org, patient_id,
                     patient_rid, initials, details, details_key, is_invented, version, updated_at)
                   SELECT lpad(n::text, 13, '0'), '1', '441202001002', 7, 'p' || n, n, '', '', 1, true, 1, now()
                   FROM generate_series(1, %s) n""",
                [count],
            )
            cursor.execute("ANALYZE identity_resident")
        done = issue_cards(
            place="441200",
            report=lambda done: print(f"{done:,}", file=sys.stderr),
            actor=operator("benchmark"),
            at=AT,
        )
        return {
            "cards": done.cards,
            "seconds": done.seconds,
            "per_second": done.cards / done.seconds,
        }


def checking(count: int, algorithm: str) -> dict[str, float]:
    """Milliseconds to sign and to check codes, one after another."""
    from kangmai.identity.cards import codes, rules, signatures
    from kangmai.identity.cards.types import Algorithm, Bearer, Code, CodeKind, Outcome, PublicKey

    way, secret = Algorithm(algorithm), bytes(range(32))
    key = PublicKey(1, way, "4412", signatures.public_key(way, secret), AT)
    number = rules.card_number("4412", 1)
    texts, signing = [], []
    for n in range(count):
        begun = time.perf_counter()
        code = Code(CodeKind.DYNAMIC, Bearer.SELF, 1, number, AT, n.to_bytes(8, "big"))
        texts.append(codes.written(code, lambda said: signatures.sign(way, secret, said)))
        signing.append(time.perf_counter() - begun)
    reader = rules.Reader([key], policy=rules.policy(on=AT.date()))
    reading = []
    for text in texts:
        begun = time.perf_counter()
        found = reader.read(text, at=AT)
        reading.append(time.perf_counter() - begun)
        assert found.outcome is Outcome.ACCEPTED
    return {
        "codes": count,
        "sign_p50_ms": statistics.median(signing) * 1000,
        "check_p50_ms": statistics.median(reading) * 1000,
        "check_p99_ms": sorted(reading)[int(count * 0.99)] * 1000,
    }


def floor(count: int) -> float:
    """Median milliseconds of the library's bare Ed25519 check."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    secret = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public, signature = secret.public_key(), secret.sign(b"x" * 48)
    taken = []
    for _ in range(count):
        begun = time.perf_counter()
        public.verify(signature, b"x" * 48)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


def main() -> None:
    """Measure both, print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cards", type=int, default=571_500)
    parser.add_argument("--codes", type=int, default=20_000)
    wanted = parser.parse_args()
    found: dict[str, object] = {"cores": os.cpu_count(), "load": os.getloadavg()[0]}
    found["ed25519"] = checking(wanted.codes, "ed25519")
    found["library_check_p50_ms"] = floor(wanted.codes)
    try:
        found["sm2"] = checking(MANY_SM2, "sm2")
    except Exception as error:
        found["sm2"] = f"left out: {error}"
    found["issue"] = issuing(wanted.cards) if wanted.cards else "left out"
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
