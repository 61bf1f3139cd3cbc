"""Which contracts hold, and how a contract's years are written."""

import datetime

from django.db.models import QuerySet

from kangmai.programmes.contracts import models, rules
from kangmai.programmes.contracts.types import State

BINDING = (State.SIGNED.value, State.RENEWED.value)


def holding(on: datetime.date, *, until_later: bool = False) -> QuerySet[models.Contract]:
    """The contracts that hold on a day, or on it and later too."""
    rows = models.Contract.objects.filter(state__in=BINDING, ends_on__gte=on)
    return rows if until_later else rows.filter(begins_on__lte=on)


def write_years(row: models.Contract) -> None:
    """Write the years of a contract that was just signed, and what the first one promises."""
    offered = rules.packages(on=row.begins_on)
    chosen = [offered[each] for each in row.packages if each in offered]
    row.promised, row.done = rules.promised(chosen), 0
    models.ContractYear.objects.bulk_create(
        models.ContractYear(
            contract=row, begins_on=each.begins_on, ends_on=each.ends_on, promised=row.promised
        )
        for each in rules.years_of(row.begins_on, row.ends_on)
    )


def cut_years(row: models.Contract) -> None:
    """Let the years of a contract end with it."""
    row.contract_years.filter(begins_on__gt=row.ends_on).delete()
    row.contract_years.filter(ends_on__gt=row.ends_on).update(ends_on=row.ends_on, is_whole=False)
