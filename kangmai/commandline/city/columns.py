"""The columns in which the invented city comes: one row a resident, a household, an event.

Numbers and days are NumPy arrays (`datetime64[D]`, `NaT` for none), codes fixed ASCII bytes (`S`),
Chinese text Arrow strings. A position is the row of another column of the same chunk, -1 for none.
`to_arrow` makes a record batch of any of these classes.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kangmai.commandline.city.places import Town
from kangmai.commandline.city.streams import Bytes16, Codes, Flags, Floats, Whole

Text = NDArray[np.bytes_]
Dates = NDArray[np.datetime64]

HERE, DIED, MOVED_AWAY = 0, 1, 2

CONDITIONS = ("hypertension", "diabetes", "copd", "coronary", "stroke", "mental", "tuberculosis")


@dataclass(frozen=True, slots=True, eq=False)
class Residents:
    """One row a person, by village, household, generation and age.

    `number` counts the people of the city from 1. `state`: 0 lives here, 1 died, 2 moved away, since
    `ended_on`. Codes: `sex` GB/T 2261.1, `marital` GB/T 2261.2, `ethnic` GB/T 3304; `education`,
    `occupation`, `residence_type`, `relation`, `payment`, `blood_abo`, `blood_rh` of the health
    record form; empty where not stated. `identity_number`, `phone`, `record_number` are empty where
    there is none. `village` is a position in `town.villages`; `household` is city-wide.
    `team` is a position in the town's family-doctor teams, `gathering` in its gatherings, `room` the
    class there. `came_from` is the division or region code someone moved in from on `came_on`.
    `known_on` and `enrolled_on` have a column for each of `CONDITIONS`.
    """

    number: Whole
    patient_id: Bytes16
    state: NDArray[np.int8]
    ended_on: Dates
    name: pa.StringArray
    sex: Text
    birth_on: Dates
    identity_number: Text
    phone: Text
    phone_is_shared: Flags
    household: Whole
    relation: Text
    generation: Codes
    mother: Whole
    spouse: Whole
    guardian: Whole
    twin: Whole
    village: Codes
    place_code: Text
    address: pa.StringArray
    ethnic: Text
    marital: Text
    education: Text
    occupation: Text
    residence_type: Text
    payment: Text
    blood_abo: Text
    blood_rh: Text
    record_number: Text
    record_on: Dates
    team: Codes
    signed_on: Dates
    came_from: Text
    came_on: Dates
    gathering: Codes
    room: Codes
    known_on: Dates
    enrolled_on: Dates

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True, slots=True, eq=False)
class Households:
    """One row a household: `head` is a position among the residents, `size` counts who lives there."""

    number: Whole
    head: Whole
    size: Codes
    generations: Codes
    village: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Pregnancies:
    """Women pregnant on the day: `woman` is a position among the residents; weeks at booking."""

    woman: Whole
    last_period_on: Dates
    due_on: Dates
    booked_on: Dates
    pregnancies: Codes
    births: Codes
    risk_colour: Text


@dataclass(frozen=True, slots=True, eq=False)
class Gatherings:
    """Schools, kindergartens, nurseries, care homes and work sites of the town, all invented.

    `kind` is a `registry.types.PlaceKind`; `head_count` counts the residents placed there, `classes`
    the classes (0: none); class numbers are grade * 100 + number within the grade.
    """

    kind: Text
    name: pa.StringArray
    credit_code: Text
    village: Codes
    head_count: Codes
    capacity: Codes
    classes: Codes


@dataclass(frozen=True, slots=True, eq=False)
class TownChunk:
    """The people of one town."""

    town: Town
    residents: Residents
    households: Households
    pregnancies: Pregnancies
    gatherings: Gatherings


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What is on record about a town's people, by resident within each table."""

    encounters: "Encounters"
    visits: "Visits"
    measurements: "Measurements"
    diagnoses: "Diagnoses"
    vaccinations: "Vaccinations"


@dataclass(frozen=True, slots=True, eq=False)
class Encounters:
    """Contacts but follow-ups. `resident` is a position in the chunk, `institution` and `staff` in the network.

    `kind` is a position in `CONTACT_KINDS`. Times are UTC seconds since 1970.
    """

    id: Bytes16
    resident: Whole
    kind: Codes
    started_at: Whole
    ended_at: Whole
    entered_at: Whole
    institution: Whole
    staff: Whole
    reason: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """Follow-ups of managed hypertension: rows of the programme, not of the record; else as `Encounters`.

    `method` is that of the record form: 1 at the clinic, 2 at home, 3 by phone.
    `systolic` and `diastolic` are what was taken down, NaN where nothing was; `reading` is the position of
    that reading among the measurements, -1 for none. `adherence` is 1 regular, 2 intermittent, 3 none.
    """

    resident: Whole
    method: Text
    visited_at: Whole
    entered_at: Whole
    institution: Whole
    staff: Whole
    reading: Whole
    systolic: Floats
    diastolic: Floats
    adherence: Codes
    has_reaction: Flags
    new_complication: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Measurements:
    """Observations. `kind` is a position in `MEASUREMENT_KINDS`; `encounter` -1: taken at a follow-up.

    `value` is systolic mmHg, mmol/L, cm or kg; `second` the diastolic; NaN where not taken down.
    """

    id: Bytes16
    encounter: Whole
    resident: Whole
    kind: Codes
    at: Whole
    institution: Whole
    value: Floats
    second: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Diagnoses:
    """Conditions. `code` is a position in `history.diagnosis_codes()`; `encounter` -1: reported without.

    `is_chronic` ones stay active; others ended by `abated_on`.
    """

    id: Bytes16
    encounter: Whole
    resident: Whole
    code: Codes
    onset_on: Dates
    abated_on: Dates
    recorded_at: Whole
    institution: Whole
    is_chronic: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Vaccinations:
    """Doses given. `vaccine` is a position in `history.vaccine_codes()`; `dose` its number in the series.

    `batch` is empty where it was not written down.
    """

    id: Bytes16
    resident: Whole
    vaccine: Codes
    dose: Codes
    given_at: Whole
    institution: Whole
    staff: Whole
    batch: Text


CONTACT_KINDS = (
    "outpatient",
    "inpatient",
    "hypertension_follow_up",
    "diabetes_follow_up",
    "check_up",
    "antenatal",
)
MEASUREMENT_KINDS = (
    "blood_pressure",
    "fasting_glucose",
    "body_height",
    "body_weight",
)


def block_of(chunk: TownChunk, first: int, end: int) -> TownChunk:
    """The chunk with the residents from row `first` up to `end` only; links among them still count from 0."""
    return replace(chunk, residents=_rows(chunk.residents, slice(first, end)))


def history_of_block(history: History, first: int, end: int) -> History:
    """What is on record about the residents from row `first` up to `end`, with positions within the block."""
    parts: dict[str, Any] = {}
    spans = {}
    for field in fields(History):
        table = getattr(history, field.name)
        span = slice(*np.searchsorted(table.resident, (first, end)).tolist())
        part, spans[field.name] = _rows(table, span), span
        parts[field.name] = replace(part, resident=part.resident - first)
    for name, link, to in _LINKS:
        at = getattr(parts[name], link)
        parts[name] = replace(parts[name], **{link: np.where(at < 0, at, at - spans[to].start)})
    return History(**parts)


_LINKS = (
    ("measurements", "encounter", "encounters"),
    ("diagnoses", "encounter", "encounters"),
    ("visits", "reading", "measurements"),
)
"""(table, column, table that the column has positions of)."""


def _rows(table: Any, span: slice) -> Any:
    """The rows of a span, of every column."""
    return type(table)(**{each.name: getattr(table, each.name)[span] for each in fields(table)})


def to_arrow(columns: Any) -> pa.RecordBatch:
    """The columns as a record batch: ids as binary of 16, codes and text as strings, days as date32."""
    arrays: dict[str, pa.Array] = {}
    for field in fields(columns):
        value = getattr(columns, field.name)
        if isinstance(value, pa.Array):
            arrays[field.name] = value
        elif value.ndim == 2 and value.dtype == np.uint8:
            buffer = pa.py_buffer(np.ascontiguousarray(value).tobytes())
            arrays[field.name] = pa.Array.from_buffers(pa.binary(16), len(value), [None, buffer])
        elif value.ndim == 2:
            for number, name in enumerate(CONDITIONS):
                stem = field.name.removesuffix("_on")
                arrays[f"{name}_{stem}_on"] = pa.array(value[:, number])
        elif value.dtype.kind == "S":
            arrays[field.name] = pa.array(value, type=pa.binary()).cast(pa.string())
        else:
            arrays[field.name] = pa.array(value)
    return pa.RecordBatch.from_pydict(arrays)
