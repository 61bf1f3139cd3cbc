"""Children of the invented city: what was done with them can have been done."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from kangmai.commandline.city.loading.children import subsidised

ON = date(2026, 11, 24)


@pytest.mark.parametrize("chance", [0, 0.05, 0.2, 0.5, 0.999])
def test_the_subsidy_of_each_year_of_life_is_paid_on_a_day_of_its_own(chance):
    born = [ON - timedelta(days) for days in range(1, 1096)]
    people = SimpleNamespace(birth_on=np.array(born, dtype="datetime64[D]"))
    for row, birth in enumerate(born):
        found = subsidised(people, row, ON, chance)
        days = [ON - timedelta(each.days_ago) for each in found.visits]
        assert days == sorted(set(days)) and birth <= found.since <= days[0], birth
        assert days[-1] <= ON
        years = [each.occasion for each in found.visits]
        assert years == sorted(set(years)), birth
