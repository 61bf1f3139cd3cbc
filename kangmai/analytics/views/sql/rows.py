"""A view as one query: of each line of a file its rows, as lines of JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

from kangmai.analytics.views.definition import Column, Selection, View
from kangmai.analytics.views.paths import ROW_INDEX
from kangmai.analytics.views.sql.needs import Needs
from kangmai.analytics.views.sql.paths import (
    MARK,
    RESOURCE,
    NotInSql,
    Scope,
    Value,
    a_boolean,
    literal,
    new_scope,
    quoted,
    value_of,
)
from kangmai.records.fhirpath.elements import Element
from kangmai.records.fhirpath.expression import compile_expression

LONGEST = 2**20
"""Bytes of the longest line that DuckDB is given; threads take twice as many at a time."""
# What JSON does not know but DuckDB reads, and null, which R4 knows only beside a companion.
ODD = r"(?i:[:,\[]\s*-?(?:null|nan|inf)|,\s*[}\]])"
# Numbers that lose digits when DuckDB writes them: 5.60, 1e3, 0.0001, more than fifteen digits.
DIGITS = r"[:,\[]\s*-?(?:0\.000|[0-9.]{16}|[0-9]+(?:\.[0-9]+)?[eE]|[0-9]*\.[0-9]+0(?:[^0-9]|$))"


@dataclass(frozen=True, slots=True)
class ViewQuery:
    """A view in SQL over the file `$file` of NDJSON: of each line its rows as JSON.

    There is a line break between rows, and NULL where DuckDB cannot tell them exactly. `odd` is a
    regular expression that finds lines which DuckDB reads otherwise than they stand there.
    """

    sql: str
    odd: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows in SQL: one text with the members of a JSON object, or a list of such texts."""

    sql: str
    is_one: bool = False

    @property
    def listed(self) -> str:
        return f"[{self.sql}]" if self.is_one else self.sql


def view_query(view: View, constants: Mapping[str, Element]) -> ViewQuery | None:
    """The query of a view, None where part of it has no SQL."""
    needs = Needs(parts={"resourceType": Needs("text")})
    scope = new_scope(view.resource, needs, constants)
    try:
        wanted = [a_boolean(path_value(path, scope)) for path in view.where]
        rows = crossed([selection(part, scope, "0") for part in view.selections], scope)
    except NotInSql:
        return None
    odd = f"{ODD}|{DIGITS}" if needs.holds("decimal") else ODD
    return ViewQuery(whole_query(view.resource, wanted, rows, needs), odd)


def whole_query(resource: str, wanted: list[str], rows: Rows, needs: Needs) -> str:
    """The query; a Bundle is opened by Python, unless Bundles are wanted."""
    kind = f'{RESOURCE}."resourceType"'
    conditions = " and ".join([f"{kind} = {literal(resource).sql}", *wanted])
    objects = f"list_transform({rows.listed}, lambda row: '{{' || row || '}}')"
    keys = ", ".join(f"{quoted(key)}: {quoted(name)}" for key, name in needs.columns())
    # Only texts and flags meet in a CASE: DuckDB would copy whole structs for its branches.
    return f"""
        select case
            when is_doubtful or contains(rows, '\\u0001') then null
            when is_wanted then encode(rows)
            when type = '"Bundle"' then null
            else encode('') end as rows
        from (
            select {needs.doubt(RESOURCE)} or {kind} is null as is_doubtful,
                {conditions} as is_wanted,
                {kind} as type,
                array_to_string({objects}, chr(10)) as rows
            from read_json($file, format = 'newline_delimited', columns = {{{keys}}},
                maximum_object_size = {LONGEST}) as {RESOURCE})
    """


def path_value(path: str, scope: Scope) -> Value:
    """A path of the view. Raises: NotInSql."""
    return value_of(compile_expression(path).node, scope)


def selection(source: Selection, scope: Scope, index: str) -> Rows:
    """The rows of a selection on a node, whose place is `index`. Raises: NotInSql."""
    if source.repeat:
        raise NotInSql
    path = source.for_each if source.for_each is not None else source.for_each_or_null
    if path is None:
        return body(source, scope, index)
    nodes = path_value(path, scope)
    if nodes.may_be_marked:
        raise NotInSql
    each, place = scope.name(), scope.name()
    inner = scope.on(replace(nodes, sql=each, is_many=False))
    rows = body(source, inner, f"({place} - 1)")
    found = nodes.sql
    if not nodes.is_many:
        found = f"(case when {found} is not null then [{found}] end)"
    made = f"list_transform({found}, lambda {each}, {place}: {rows.sql})"
    made = made if rows.is_one else f"flatten({made})"
    if source.for_each_or_null is None:
        return Rows(f"coalesce({made}, [])")
    nothing = f"[{quoted(null_row(source))}]"
    if rows.is_one:
        return Rows(f"coalesce(nullif({made}, []), {nothing})")
    return Rows(f"(case when len({found}) > 0 then {made} else {nothing} end)")


def body(source: Selection, scope: Scope, index: str) -> Rows:
    """The columns of a node before every combination of the rows of its parts."""
    parts = [columns(source.columns, scope, index)] if source.columns else []
    parts.extend(selection(part, scope, index) for part in source.selections)
    if source.unions:
        lists = [selection(part, scope, index).listed for part in source.unions]
        parts.append(Rows(reduce(lambda one, more: f"list_concat({one}, {more})", lists)))
    return crossed(parts, scope)


def crossed(parts: list[Rows], scope: Scope) -> Rows:
    """Every combination of the rows of the parts."""

    def combined(left: Rows, right: Rows) -> Rows:
        if left.is_one and right.is_one:
            return Rows(f"{left.sql} || ',' || {right.sql}", is_one=True)
        one, more = scope.name(), scope.name()
        inner = f"list_transform({right.listed}, lambda {more}: {one} || ',' || {more})"
        return Rows(f"flatten(list_transform({left.listed}, lambda {one}: {inner}))")

    return reduce(combined, parts)


def columns(wanted: tuple[Column, ...], scope: Scope, index: str) -> Rows:
    """The columns of a node as members of an object. Raises: NotInSql."""
    if len({column.name.lower() for column in wanted}) < len(wanted):
        raise NotInSql  # DuckDB takes both for the same
    members = ", ".join(f'"{each.name}" := {column(each, scope, index)}' for each in wanted)
    return Rows(f"(to_json(struct_pack({members}))::varchar)[2:-2]", is_one=True)


def column(wanted: Column, scope: Scope, index: str) -> str:
    """The value of a column. Raises: NotInSql."""
    if is_row_index(wanted):
        return f"[{index}]" if wanted.is_collection else index
    value = path_value(wanted.path, scope)
    if not value.fact.is_primitive:
        raise NotInSql
    sql = value.sql
    if wanted.is_collection:
        return (
            f"coalesce({sql}, [])"
            if value.is_many
            else f"list_filter([{sql}], lambda v: v is not null)"
        )
    if value.is_many:
        mark = f"to_json({MARK})" if value.is_json else MARK
        return f"case when len({sql}) > 1 then {mark} else {sql}[1] end"
    return sql


def is_row_index(wanted: Column) -> bool:
    return wanted.path.strip() == f"%{ROW_INDEX}"


def null_row(source: Selection) -> str:
    """The members of the row of a forEachOrNull that finds nothing; its index is 0."""
    every = {each.name: 0 if is_row_index(each) else None for each in source.all_columns()}
    return json.dumps(every, separators=(",", ":"))[1:-1]
