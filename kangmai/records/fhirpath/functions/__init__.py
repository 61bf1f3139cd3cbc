"""The functions of FHIRPath by name, one module per family."""

from kangmai.records.fhirpath.frames import Function
from kangmai.records.fhirpath.functions import (
    boundaries,
    conversion,
    existence,
    filtering,
    math,
    navigation,
    strings,
    subsetting,
    types,
    utility,
)

FUNCTIONS: dict[str, Function] = {
    **existence.TABLE,
    **filtering.TABLE,
    **subsetting.TABLE,
    **conversion.TABLE,
    **strings.TABLE,
    **math.TABLE,
    **types.TABLE,
    **navigation.TABLE,
    **boundaries.TABLE,
    **utility.TABLE,
}
