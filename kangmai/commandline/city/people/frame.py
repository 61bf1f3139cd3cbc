"""What every step in making a town's people needs: the town, the day, its people in final order."""

from dataclasses import dataclass

import numpy as np

from kangmai.commandline.city.people.person import Person
from kangmai.commandline.city.places import Places, Town
from kangmai.commandline.city.streams import Codes, Flags, Floats, Stream, Whole


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One row a person, by village and household.

    `home_of` is the number of each one's household in the town, `first_of` the first row of each
    household, `years` the age, `urban` whether the village is a community of residents.
    """

    stream: Stream
    seed: int
    places: Places
    town: Town
    today: np.datetime64
    first_number: int
    person: Person
    village: Codes
    home_of: Whole
    first_of: Whole
    years: Floats
    urban: Flags
    here: Flags

    @property
    def count(self) -> int:
        """How many people."""
        return len(self.years)

    @property
    def homes(self) -> int:
        """How many households."""
        return len(self.first_of)

    @property
    def number(self) -> Whole:
        """The city-wide number of each person."""
        return self.first_number + np.arange(self.count)
