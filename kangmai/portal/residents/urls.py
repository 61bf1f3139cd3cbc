"""Addresses of the pages of residents."""

from django.urls import path, register_converter

from kangmai.portal.residents.views.list import residents
from kangmai.portal.residents.views.record import as_fhir, my_record, older, resident
from kangmai.portal.residents.views.unmask import unmask


class IndexNumberConverter:
    """Thirteen digits: the index number of a resident."""

    regex = "[0-9]{13}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(IndexNumberConverter, "index_number")

urlpatterns = [
    path("my-record/", my_record, name="my-record"),
    path("residents/", residents, name="residents"),
    path("residents/<index_number:number>/", resident, name="resident"),
    path("residents/<index_number:number>/record.json", as_fhir, name="resident-fhir"),
    path("residents/<index_number:number>/numbers/", unmask, name="resident-numbers"),
    path("residents/<index_number:number>/older/", older, name="resident-older"),
]
