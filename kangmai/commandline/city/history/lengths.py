"""How much is on record of each resident: a little of everyone, years of a sample of households.

In a small city the doses of every child are, too, so that its coverage is that of a city that works."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.columns import TownChunk
from kangmai.commandline.city.history.contacts import Window
from kangmai.commandline.city.streams import YEAR_DAYS, Flags, Floats, Stream, Whole, day_number

EVER = -(2**40)


@dataclass(frozen=True, slots=True)
class Span:
    """How much history to make: `years` back from the day of the city; a factor for outpatient and
    inpatient contacts; whether children have their doses from birth or of the span only."""

    years: float = 1.0
    contacts: float = 1.0
    doses_from_birth: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Lengths:
    """The window of contacts of each resident, and the day from which doses are on record."""

    window: Window
    doses_since: Whole

    @classmethod
    def of(cls, city: InventedCity, chunk: TownChunk, span: Span | None) -> "Lengths":
        """One span for everyone, or the definition's two: of everyone and of the sample."""
        rules = read("health")["history"]
        few, many = (span, span) if span else (Span(**rules["everyone"]), Span(**rules["sample"]))
        sampled = in_sample(city, chunk)
        today = day_number(city.on)

        def each(name: str) -> Floats:
            return np.where(sampled, getattr(many, name), getattr(few, name))

        since = today - (each("years") * YEAR_DAYS).astype(np.int64)
        window = Window(since=since, today=today, contacts=each("contacts").astype(np.float64))
        is_whole = span is None and city.serves_everyone
        return cls(window, np.where(each("doses_from_birth").astype(bool) | is_whole, EVER, since))


def in_sample(city: InventedCity, chunk: TownChunk) -> Flags:
    """Whose household is in the sample: in the first town its first two villages, else a part drawn."""
    rules: dict[str, Any] = read("health")["history"]
    people = chunk.residents
    part = max(rules["sample_part"], rules["sample_people"] / city.residents)
    homes, home = np.unique(people.household, return_inverse=True)
    drawn = Stream(city.seed, city.code, chunk.town.code, "sample").chance(part, len(homes))
    first = next(town.order for town in city.places.towns if town.residents)
    return drawn[home] | ((chunk.town.order == first) & (people.village < 2))
