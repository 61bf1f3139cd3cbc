"""Tables that can be taken in, and their templates."""

from kangmai.records.tables import templates
from kangmai.records.tables.reading import table, tables
from kangmai.records.tables.types import Table


def intake_tables() -> tuple[Table, ...]:
    """Every table, by id."""
    return tuple(tables().values())


def intake_template(table_id: str, *, language: str) -> tuple[str, bytes]:
    """File name and content of the template of a table. Raises TableUnknown."""
    of = table(table_id)
    name = of.title["zh" if language.startswith("zh") else "en"]
    return f"{name}.xlsx", templates.template(of, language=language)
