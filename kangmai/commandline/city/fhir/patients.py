"""Residents as Patients, one line of JSON each."""

from functools import cache

from kangmai.commandline.city.assumptions import read_names
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import DIED, HERE, TownChunk
from kangmai.commandline.city.fhir.pieces import META, days, given, json, texts, uuid_texts

IDENTITY_SYSTEM = "urn:oid:2.16.156.10011.1.3"


RECORD_SYSTEM = "urn:oid:2.16.156.10011.1.2"


MARITAL_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"


MARITAL = {
    "10": ("S", "Never Married"),
    "21": ("M", "Married"),
    "22": ("M", "Married"),
    "30": ("W", "Widowed"),
    "40": ("D", "Divorced"),
}


_TRUTH = ("false", "true")


_GENDER = {"1": "male", "2": "female"}


def patients(city: InventedCity, chunk: TownChunk) -> list[bytes]:
    """A Patient for each resident of the town, also for those who died or moved away."""
    residents = chunk.residents
    seat = city.network.institutions[city.network.town_institution[chunk.town.order]].id
    where = _address_parts(city, chunk)
    rows = zip(
        uuid_texts(residents.patient_id),
        residents.name.to_pylist(),
        texts(residents.sex),
        days(residents.birth_on),
        texts(residents.identity_number),
        texts(residents.record_number),
        texts(residents.phone),
        residents.address.to_pylist(),
        texts(residents.marital),
        residents.state.tolist(),
        days(residents.ended_on),
        strict=True,
    )
    start = '{"resourceType":"Patient","id":"'
    manager = f',"managingOrganization":{{"reference":"Organization/{seat}"}}}}'
    made = []
    for id_, name, sex, born, identity, record, phone, address, marital, state, ended in rows:
        code, display = MARITAL[marital]
        made.append(
            (
                f'{start}{id_}","meta":{META}{_identifiers(identity, record)},"active":'
                f'{_TRUTH[state == HERE]},"name":[{official_name(name)}]'
                f"{_telecom(phone)}"
                f',"gender":"{_GENDER[sex]}","birthDate":"{born}"'
                f"{_deceased(state, ended)}"
                f',"address":[{{"use":"home","text":"{address}",{where}}}]'
                f',"maritalStatus":{{"coding":[{{"system":"{MARITAL_SYSTEM}","code":"{code}",'
                f'"display":"{display}"}}]}}{manager}'
            ).encode()
        )
    return made


def _identifiers(identity: str, record: str) -> str:
    pairs = ((IDENTITY_SYSTEM, identity), (RECORD_SYSTEM, record))
    made = [f'{{"system":"{system}","value":"{value}"}}' for system, value in pairs if value]
    return f',"identifier":[{",".join(made)}]' if made else ""


@cache
def _compound_surnames() -> frozenset[str]:
    return frozenset(read_names("surnames")["compound"])


def official_name(name: str) -> str:
    """A HumanName; long names with a middle dot have no surname and stay text."""
    if "·" in name:
        return f'{{"use":"official","text":"{name}"}}'
    at = 2 if name[:2] in _compound_surnames() and len(name) > 2 else 1
    return f'{{"use":"official","text":"{name}","family":"{name[:at]}","given":["{name[at:]}"]}}'


def _telecom(phone: str) -> str:
    if not phone:
        return ""
    return f',"telecom":[{{"system":"phone","value":"{phone}","use":"mobile"}}]'


def _deceased(state: int, ended: str) -> str:
    return given("deceasedDateTime", ended) if state == DIED else ""


def _address_parts(city: InventedCity, chunk: TownChunk) -> str:
    """Province, prefecture and county of an address, without the braces."""
    path = city.places.city.path(chunk.town.county)
    parts = {"district": path[-1], "state": path[0], "country": "CN"}
    if len(path) > 2:
        parts["city"] = path[1]
    return json(parts)[1:-1]
