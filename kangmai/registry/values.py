"""Rows of tables as the frozen values that leave the room."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from django.db import models

Value = TypeVar("Value")


def value_of(kind: type[Value], row: models.Model) -> Value:
    """The value of type `kind` with the columns of `row` that it names."""
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})  # type: ignore[arg-type]


def value_from(kind: type[Value], record: Mapping[str, Any]) -> Value:
    """The value of type `kind` with what a record of columns says."""
    return kind(**{field.name: record[field.name] for field in fields(kind)})  # type: ignore[arg-type]


def columns_of(facts: Any) -> dict[str, Any]:
    """What `facts` say, by column; choices as their codes."""
    return {field.name: _plain(getattr(facts, field.name)) for field in fields(facts)}


def _plain(value: Any) -> Any:
    return value.value if hasattr(value, "value") else value
