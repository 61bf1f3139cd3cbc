"""The city's columns as FHIR R4 JSON: one line of bytes a row, in the order of the rows.

Lines are put together from prepared pieces, since a city has millions. The Patient whom a record is about
carries the tag that says he is invented.
References are literal: `Patient/<patient_id>`, `Encounter/<id>`, `Organization/<institution id>`,
`Practitioner/<staff id>`. Times are local, +08:00.

Source: FHIR R4 (4.0.1); vital signs profile for LOINC codes and UCUM units.
"""

from kangmai.commandline.city.fhir.contacts import encounters, observations
from kangmai.commandline.city.fhir.diagnoses import conditions, diagnosis, immunizations
from kangmai.commandline.city.fhir.pieces import uuid_texts

__all__ = [
    "conditions",
    "diagnosis",
    "encounters",
    "immunizations",
    "observations",
    "uuid_texts",
]
