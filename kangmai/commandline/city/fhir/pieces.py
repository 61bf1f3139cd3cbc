"""Prepared pieces of FHIR JSON that several resource types share."""

from functools import lru_cache

import numpy as np
import orjson

from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import Dates
from kangmai.commandline.city.streams import EAST_8_SECONDS, Bytes16, Whole

ICD_10 = "http://hl7.org/fhir/sid/icd-10"


def uuid_texts(ids: Bytes16) -> list[str]:
    """UUIDs in their text form."""
    text = ids.tobytes().hex()
    return [
        f"{text[n : n + 8]}-{text[n + 8 : n + 12]}-{text[n + 12 : n + 16]}"
        f"-{text[n + 16 : n + 20]}-{text[n + 20 : n + 32]}"
        for n in range(0, len(text), 32)
    ]


def json(value: object) -> str:
    return orjson.dumps(value).decode()


def texts(codes: np.ndarray) -> list[str]:
    return codes.astype(str).tolist()


def days(days: Dates) -> list[str]:
    """ISO days; an empty text for none."""
    return ["" if day is None else day.isoformat() for day in days.astype(object)]


def times(seconds: Whole) -> list[str]:
    local = (seconds + EAST_8_SECONDS).astype("datetime64[s]")
    return [f"{each}+08:00" for each in np.datetime_as_string(local).tolist()]


def given(element: str, value: str) -> str:
    """One more element where it has a value."""
    return f',"{element}":"{value}"' if value else ""


def codeable(code: str, display: str) -> str:
    return json({"coding": [{"system": ICD_10, "code": code}], "text": display})


def loinc(code: str, zh: str) -> str:
    """A LOINC code with the Chinese words as the text people read."""
    coding = {"system": "http://loinc.org", "code": code}
    return f'"code":{json({"coding": [coding], "text": zh})}'


def status(system: str, code: str) -> str:
    return json(
        {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}
    )


@lru_cache(maxsize=1)
def organizations_of(city: InventedCity) -> list[str]:
    return [f'{{"reference":"Organization/{each.id}"}}' for each in city.network.institutions]


@lru_cache(maxsize=1)
def practitioners_of(city: InventedCity) -> list[str]:
    return [f'{{"reference":"Practitioner/{each.id}"}}' for each in city.network.staff]
