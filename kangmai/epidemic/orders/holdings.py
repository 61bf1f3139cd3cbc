"""Count, erase and anonymise what the tables of the mode hold of an order: SQL made from `emergency_data`."""

from django.db import connection
from psycopg import sql

from kangmai.epidemic.orders.types import Holding, Order, Treatment

BATCH = 50_000


def count(holding: Holding, order: Order) -> int:
    """How many rows of an order a table holds."""
    return _number(
        sql.SQL("SELECT count(*) FROM {} t WHERE {}").format(_table(holding), _of_order(holding)),
        order,
        holding,
    )


def remaining(holding: Holding, order: Order) -> int:
    """How many rows of an order still name somebody: all of those to be erased, those not yet anonymised."""
    if holding.treatment is Treatment.KEEP:
        return 0
    if holding.treatment is Treatment.ERASE:
        return count(holding, order)
    return _number(
        sql.SQL("SELECT count(*) FROM {} t WHERE {} AND ({})").format(
            _table(holding), _of_order(holding), _is_personal(holding)
        ),
        order,
        holding,
    )


def treat(holding: Holding, order: Order) -> int:
    """Do what becomes of a table's rows when their order is over; returns how many rows it concerned."""
    match holding.treatment:
        case Treatment.KEEP:
            return count(holding, order)
        case Treatment.ANONYMISE:
            return _anonymise(holding, order)
        case Treatment.ERASE if holding.is_partitioned:
            return sum(_empty(part, holding, order) for part in partitions(holding.table))
        case _:
            return _erase(_table(holding), holding, order)


def partitions(table: str) -> list[str]:
    """The partitions of a table, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def _empty(part: str, holding: Holding, order: Order) -> int:
    """Empty a partition at once if it holds nothing of other orders, else row by row."""
    name, column = sql.Identifier(part), sql.Identifier(holding.order_column)
    value = _key(holding, order)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT count(*) FILTER (WHERE {c} = %s), count(*) FILTER (WHERE {c} <> %s) FROM {t}"
            ).format(c=column, t=name),
            [value, value],
        )
        own, others = cursor.fetchone()
        if own and not others:
            cursor.execute(sql.SQL("TRUNCATE {}").format(name))
            return int(own)
    return _erase(name, holding, order) if own else 0


def _erase(table: sql.Composable, holding: Holding, order: Order) -> int:
    statement = sql.SQL(
        "DELETE FROM {t} WHERE ctid = ANY(ARRAY(SELECT t.ctid FROM {t} t WHERE {w} LIMIT {n}))"
    ).format(t=table, w=_of_order(holding), n=sql.Literal(BATCH))
    return _repeated(statement, holding, order)


def _anonymise(holding: Holding, order: Order) -> int:
    cleared = sql.SQL(", ").join(
        sql.SQL("{} = NULL").format(sql.Identifier(column)) for column in holding.columns
    )
    statement = sql.SQL(
        "UPDATE {t} SET {c} WHERE ctid = ANY(ARRAY(SELECT t.ctid FROM {t} t WHERE {w} AND ({p}) LIMIT {n}))"
    ).format(
        t=_table(holding),
        c=cleared,
        w=_of_order(holding),
        p=_is_personal(holding),
        n=sql.Literal(BATCH),
    )
    return _repeated(statement, holding, order)


def _repeated(statement: sql.Composed, holding: Holding, order: Order) -> int:
    total = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(statement, [_key(holding, order)])
            total += cursor.rowcount
            if cursor.rowcount < BATCH:
                return total


def _table(holding: Holding) -> sql.Identifier:
    return sql.Identifier(holding.table)


def _of_order(holding: Holding) -> sql.Composable:
    """The condition, with the order's key as its one parameter."""
    column = sql.Identifier(holding.order_column)
    if holding.via is None:
        return sql.SQL("t.{} = %s").format(column)
    own, parent = map(sql.Identifier, holding.via)
    return sql.SQL("t.{} IN (SELECT p.id FROM {} p WHERE p.{} = %s)").format(own, parent, column)


def _is_personal(holding: Holding) -> sql.Composable:
    return sql.SQL(" OR ").join(
        sql.SQL("t.{} IS NOT NULL").format(sql.Identifier(column)) for column in holding.columns
    )


def _key(holding: Holding, order: Order) -> object:
    return order.serial if holding.key == "serial" else order.id


def _number(statement: sql.Composed, order: Order, holding: Holding) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_key(holding, order)])
        return int(cursor.fetchone()[0])
