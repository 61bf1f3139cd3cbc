"""What is packed comes out again, and known Patients become small."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from kangmai.identity.fhir import to_fhir
from kangmai.identity.types import Demographics
from kangmai.records.store.packing import packed, unpacked


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=200), max_size=8))
def test_every_body_comes_out_as_it_went_in(resource):
    body = orjson.dumps(resource)
    assert unpacked(packed(body)) == body


def test_a_home_patient_becomes_a_third():
    known = Demographics(
        name="黄志明",
        sex_code="1",
        birth_date=None,
        place_code="441202001001",
        phones=("15412345678",),
    )
    body = orjson.dumps(to_fhir(known, patient_id="p", index_number="1000000000001"))
    assert len(packed(body)) * 3 < len(body)
