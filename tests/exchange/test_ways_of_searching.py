"""Whichever way a search goes, from few matches, through the newest, remembered or counted: it finds the same."""

from itertools import product

from kangmai.records.store import searching

CODES = ["8480-6", "8462-4"]
QUERIES = [
    "Observation?code=8480-6",
    "Observation?date=ge2026-01-05",
    "Observation?subject:Patient.gender=female",
    "Observation?subject:Patient.gender=male&code=8462-4",
    "Observation?code=8480-6&date=lt2026-01-09",
    "Patient?_has:Observation:patient:code=8462-4",
    "Patient?gender=female",
]


def observation(patient: str, number: int) -> dict:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": CODES[number % 2]}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": f"2026-01-{number + 1:02}T08:00:00+08:00",
    }


def found(fhir, query: str) -> list[str]:
    """The ids of all pages, three resources a page."""
    ids, path = [], f"{query}&_count=3"
    while path:
        page = fhir("GET", path)
        assert page.status == 200, page.body
        ids += [entry["resource"]["id"] for entry in page.json.get("entry", [])]
        links = {link["relation"]: link["url"] for link in page.json["link"]}
        path = links.get("next", "").removeprefix("http://testserver/fhir/R4/")
    return ids


def test_every_way_finds_the_same(fhir, monkeypatch):
    for gender, numbers in (("female", range(6)), ("male", range(6, 12))):
        patient = fhir("POST", "Patient", {"resourceType": "Patient", "gender": gender}).id
        for number in numbers:
            assert fhir("POST", "Observation", observation(patient, number)).status == 201
    whole = {query: found(fhir, query) for query in QUERIES}
    assert [len(whole[query]) for query in QUERIES] == [6, 8, 6, 3, 4, 2, 1]
    monkeypatch.setattr(searching, "SHORT_GLANCE", 4)
    monkeypatch.setattr(searching.sql, "GLANCE", 5)
    for few, very_few, query in product((0, 1, 5, 1000), (0, 3), QUERIES):
        monkeypatch.setattr(searching, "FEW", few)
        monkeypatch.setattr(searching, "VERY_FEW", very_few)
        searching._frequent.forget()
        searching._glanced_in_vain.forget()
        assert found(fhir, query) == whole[query]
        assert found(fhir, query) == whole[query], "remembered"


def test_what_held_lately_is_forgotten_in_time(monkeypatch):
    memory = searching._Memory()
    monkeypatch.setattr(searching, "USES", 2)
    memory.note("many")
    assert [memory.holds("many") for _ in range(3)] == [True, True, False]
    monkeypatch.setattr(searching, "MEMORY", 2)
    for number in range(5):
        memory.note(number)
    assert [memory.holds(number) for number in range(5)].count(True) <= 2


def test_references_above_and_below(fhir):
    """County, town and village as places; an Encounter in each, and a circle that ends."""
    places: list[str] = []
    for _ in range(3):
        inside = {"partOf": {"reference": places[-1]}} if places else {}
        made = fhir("POST", "Location", {"resourceType": "Location", "name": "x", **inside})
        places.append(f"Location/{made.id}")
    visits = [fhir("POST", "Encounter", encounter(place)).id for place in places]

    def found(query):
        answer = fhir("GET", f"Encounter?{query}")
        assert answer.status == 200, answer.body
        return [each["resource"]["id"] for each in answer.json.get("entry", ())]

    county, town, village = places
    assert found(f"location:below={county}") == visits[::-1]
    assert found(f"location:below={town}") == visits[:0:-1]
    assert found(f"location:above={town}") == visits[1::-1]
    assert found(f"location:below={village}") == visits[2:]
    assert found("location:below=Location/none") == []
    assert fhir("GET", "Encounter?patient:below=Patient/1").status == 400
    circle = {
        "resourceType": "Location",
        "id": county.partition("/")[2],
        "partOf": {"reference": village},
    }
    assert fhir("PUT", county, circle).status == 200
    for way in ("above", "below"):
        assert found(f"location:{way}={town}") == visits[::-1]


def encounter(place):
    return {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"},
            "location": [{"location": {"reference": place}}]}  # fmt: skip
