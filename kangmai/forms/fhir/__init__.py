"""Forms, answers and measurements as FHIR R4 resources, and answers back."""

from kangmai.forms.fhir.observations import to_observations
from kangmai.forms.fhir.questionnaire import canonical, to_questionnaire
from kangmai.forms.fhir.response import About, from_response, to_response

__all__ = [
    "About",
    "canonical",
    "from_response",
    "to_observations",
    "to_questionnaire",
    "to_response",
]
