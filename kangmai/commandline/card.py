"""`kangmai card`: issue e-health cards, check codes with the database or without, print and renew keys."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kangmai.commandline.opening import data_option, opened, with_database

if TYPE_CHECKING:
    from datetime import datetime

    from kangmai.identity.cards.types import Outcome


@click.group()
def card() -> None:
    """Issue e-health cards and check their codes."""


ISSUE = """Example:  kangmai card issue 0000000000422 --data ./data
          kangmai card issue --place 441202 --data ./data

JSON of one: {"number","resident","state"}; the same resident again is refused with the number he has.
JSON of a place: {"place","issued","seconds"}; who has a card keeps it, so the command may be repeated."""


@card.command(epilog=ISSUE)
@click.argument("resident", required=False)
@click.option("--place", help="Division code: everybody living there who has no card.")
@click.option("--most", type=click.IntRange(1), help="With --place: how many at most.")
@click.option("--organization", type=int, help="Id of the institution that issues them.")
@with_database
def issue(
    resident: str | None, place: str | None, most: int | None, organization: int | None
) -> None:
    """Issue a card to the resident with an index number, or to everybody of a division."""
    from datetime import UTC, datetime

    from kangmai.kernel.actor import operator

    if (resident is None) == (place is None):
        raise click.UsageError("give an index number or --place / 请指定主索引号或 --place")
    actor, at = operator("kangmai card issue"), datetime.now(UTC)
    if resident is not None:
        from kangmai.identity import queries
        from kangmai.identity.cards import actions
        from kangmai.kernel.ids import uuid7

        made = actions.issue_card(
            queries.resident_numbered(resident), key=uuid7(), actor=actor, at=at
        )
        told = {"number": made.number, "resident": resident, "state": made.state}
        click.echo(json.dumps(told))
        return
    from kangmai.identity.cards.actions import issue_cards
    from kangmai.kernel.ids import OrganizationId

    done = issue_cards(
        place=place or "",
        organization=OrganizationId(organization) if organization else None,
        most=most,
        report=lambda count: click.echo(f"{count:,} cards", err=True),
        actor=actor,
        at=at,
    )
    click.echo(
        json.dumps({"place": place, "issued": done.cards, "seconds": round(done.seconds, 3)})
    )


VERIFY = """Example:  kangmai card verify KM1… --keys keys.json
          kangmai card verify - --data ./data --scene pharmacy < code.txt

With --keys no database is touched: signature and time are checked, a printed code gives factor_missing.
With --data the use is written down and the holder named. CODE may be the output of another card's reader.
JSON: {"outcome","answer","number","bearer","made_at","holder"?}; exit 1 unless the outcome is accepted."""


@card.command(epilog=VERIFY)
@click.argument("code")
@click.option(
    "--keys",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Public keys, as `kangmai card keys` prints them: checks without a line.",
)
@click.option("--at", "moment", help="With --keys: the instant to check for, ISO 8601.")
@click.option("--scene", default="", help="With --data: registration, pharmacy, payment …")
@click.option("--pin", default="", help="With --data: password of a printed code.")
@click.option("--document", default="", help="With --data: document of the holder instead.")
@data_option
def verify(
    code: str,
    keys: Path | None,
    moment: str | None,
    scene: str,
    pin: str,
    document: str,
    data: Path | None,
) -> None:
    """Check the CODE of a card (`-` reads it from standard input)."""
    text = sys.stdin.read() if code == "-" else code
    if keys is not None:
        if data is not None:
            raise click.UsageError("--keys needs no database / --keys 不需要数据库")
        _verify_offline(text, keys, moment)
        return
    with opened(data):
        _verify_online(text, scene, pin, document)


def _verify_offline(text: str, keys: Path, moment: str | None) -> None:
    from datetime import UTC, datetime

    from kangmai.identity.cards import rules
    from kangmai.standards.calendars import legal_day

    at = _instant(moment) if moment else datetime.now(UTC)
    known = rules.read_key_list(keys.read_text(encoding="utf-8"), place=str(keys))
    reading = rules.Reader(known, policy=rules.policy(on=legal_day(at))).read(text, at=at)
    said = reading.code
    told: dict[str, object] = {
        "number": said.number if said else "",
        "bearer": said.bearer.name.lower() if said else "",
        "made_at": said.made_at.isoformat() if said else None,
    }
    _tell(reading.outcome, told)


def _instant(text: str) -> "datetime":
    from datetime import UTC, datetime

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"'{text}' is no instant / 不是时刻") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _verify_online(text: str, scene: str, pin: str, document: str) -> None:
    from datetime import UTC, datetime

    from kangmai.identity.cards import actions, rules
    from kangmai.kernel.actor import operator

    used = actions.use_card(
        text,
        scene=rules.scene_of(scene),
        pin=pin,
        document=document,
        actor=operator("kangmai card verify"),
        at=datetime.now(UTC),
    )
    told: dict[str, object] = {
        "number": used.number,
        "bearer": used.bearer.name.lower(),
        "carrier": used.carrier,
    }
    if used.holder is not None:
        born = used.holder.birth_date
        told["holder"] = {
            "index_number": used.holder.index_number,
            "name": used.holder.name,
            "sex": used.holder.sex_code,
            "birth_date": born.isoformat() if born else None,
        }
    _tell(used.outcome, told)


def _tell(outcome: "Outcome", told: dict[str, object]) -> None:
    from kangmai.identity.cards import rules
    from kangmai.identity.cards.types import Outcome

    number = str(told["number"])
    answers = {each: rules.answer(outcome, each, number=number) for each in ("zh", "en")}
    content = {"outcome": outcome, "answer": answers, **told}
    click.echo(json.dumps(content, ensure_ascii=False))
    if outcome is not Outcome.ACCEPTED:
        sys.exit(1)


@card.command(epilog="Example:  kangmai card keys --data ./data > keys.json")
@with_database
def keys() -> None:
    """Print the public keys by which readers check codes without a line. They are no secret."""
    from kangmai.identity.cards import queries, rules

    click.echo(rules.key_list(queries.public_keys()))


@card.command("renew-key", epilog="Example:  kangmai card renew-key --data ./data")
@click.option(
    "--betrayed", is_flag=True, help="Refuse what the old key signed, printed cards included."
)
@with_database
def renew_key(betrayed: bool) -> None:
    """Sign with a new key from now on; readers must fetch the list of keys again."""
    from datetime import UTC, datetime

    from kangmai.identity.cards.actions import renew_signing_key
    from kangmai.kernel.actor import operator

    made = renew_signing_key(
        is_betrayed=betrayed, actor=operator("kangmai card renew-key"), at=datetime.now(UTC)
    )
    click.echo(json.dumps({"key": made.id, "algorithm": made.algorithm, "city": made.city}))
