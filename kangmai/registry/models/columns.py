"""Columns and constraints that several tables of the registry share."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F, Q

DIVISION_PATTERN = r"^[1-8][0-9]{1,13}$"
CREDIT_PATTERN = r"^[0-9A-HJ-NPQRTUWXY]{18}$"


def code_column(length: int, **options: Any) -> models.CharField:
    """A code compared byte by byte, whatever the collation of the database."""
    return models.CharField(max_length=length, db_collation="C", **options)


def one_of(column: str, values: Iterable[str], *, name: str) -> models.CheckConstraint:
    """The column holds one of `values`."""
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [str(value) for value in values]}), name=name
    )


def matches(column: str, pattern: str, *, name: str) -> models.CheckConstraint:
    """The column is empty or matches the pattern."""
    return models.CheckConstraint(
        condition=Q(**{column: ""}) | Q(**{f"{column}__regex": pattern}), name=name
    )


def half_open(*, start: str, end: str, name: str) -> models.CheckConstraint:
    """The period [start, end) is not empty; an open end is null."""
    return models.CheckConstraint(
        condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": F(start)}), name=name
    )


def whole_point(*, name: str) -> models.CheckConstraint:
    """Longitude, latitude (WGS-84) and the kind of the point are all there, or none is."""
    absent = Q(longitude__isnull=True, latitude__isnull=True, point_kind="")
    present = Q(longitude__range=(-180, 180), latitude__range=(-90, 90)) & ~Q(point_kind="")
    return models.CheckConstraint(condition=absent | present, name=name)
