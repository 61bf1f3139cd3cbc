"""The header X-Provenance: a Provenance that is stored together with what it tells of, or not at all.

Source: FHIR R4, https://hl7.org/fhir/R4/provenance.html#header
"""

from collections.abc import Callable, Sequence

import orjson

from kangmai.exchange.fhir_rest.types import Request
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.errors import Incorrect
from kangmai.records import actions
from kangmai.records.types import Effect, Operation, Outcome, Verb

HEADER = "x-provenance"


class BadProvenance(Incorrect):
    """X-Provenance must hold a Provenance in JSON, in one line and without a target: {reason}"""

    zh = "X-Provenance 应为单行 JSON 的 Provenance 资源，且不含 target：{reason}"


def write_with_provenance(
    request: Request, write: Callable[[], Sequence[Outcome]]
) -> Sequence[Outcome]:
    """Do a write, and store the Provenance that the request carries about every version it made.

    Raises:
        BadProvenance, and what the writes raise; then nothing is stored.
    """
    text = request.headers.get(HEADER)
    if text is None:
        return write()
    told = _read(text)
    with unit_of_work():
        outcomes = write()
        targets = [
            {"reference": f"{each.type}/{each.id}/_history/{each.version}"}
            for each in outcomes
            if each.effect not in (Effect.UNCHANGED, Effect.DELETED)
        ]
        if targets:
            raw = orjson.dumps({**told, "target": targets})
            actions.transact(
                [Operation(Verb.CREATE, "Provenance", raw=raw)],
                source=request.source,
                actor=request.actor,
                at=request.at,
            )
    return outcomes


def _read(text: str) -> dict[str, object]:
    try:
        # header bytes reach us as Latin-1 whatever they are
        told = orjson.loads(text.encode("latin-1"))
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        raise BadProvenance(reason=str(error)[:100]) from None
    if not isinstance(told, dict) or told.get("resourceType") != "Provenance":
        raise BadProvenance(reason="it is no Provenance")
    if "target" in told:
        raise BadProvenance(reason="it has a target")
    return told
