"""FHIRPath on FHIR R4: compile an expression once, evaluate it on many resources.

    compile_expression("Patient.name.given").evaluate(patient)

Source: FHIRPath, https://hl7.org/fhirpath/; FHIR R4, https://hl7.org/fhir/R4/fhirpath.html
"""

from kangmai.records.fhirpath.errors import (
    ExpressionFailed,
    ExpressionRefused,
    ExpressionUnreadable,
    ExpressionUnsound,
)
from kangmai.records.fhirpath.expression import Expression, compile_expression

__all__ = [
    "Expression",
    "ExpressionFailed",
    "ExpressionRefused",
    "ExpressionUnreadable",
    "ExpressionUnsound",
    "compile_expression",
]
