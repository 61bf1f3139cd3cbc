"""Rows of tables as the frozen values that leave the room."""

from dataclasses import fields
from typing import TypeVar

from django.db import models

View = TypeVar("View")


def view_of(kind: type[View], row: models.Model) -> View:
    """The value of type `kind` with the columns of `row` that it names."""
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})  # type: ignore[arg-type]
