"""`kangmai demo`: an invented city, made once, then served."""

import os
from datetime import date
from pathlib import Path

import click

from kangmai.commandline.opening import (
    DEFAULT_FOLDER,
    data_option,
    keeper,
    opened,
    require_sound_definitions,
)


@click.group(
    invoke_without_command=True,
    epilog="""\b
Examples:
  kangmai demo                                    50,000 residents of Zhaoqing in ./data, on port 8000
  kangmai demo --city 370300 --residents 20000 --data ./zibo --port 8001
  kangmai demo --no-serve --data ./data           only make the city
  kangmai demo outbreak dengue --data ./data      let one happen in it, also while it is served
""",
)
@click.option(
    "--city", default="441200", show_default=True, help="Division code of the city or district."
)
@click.option(
    "--residents", default=50_000, show_default=True, type=click.IntRange(1000, 6_000_000)
)
@click.option(
    "--seed", default=1, show_default=True, help="The same seed and date give the same residents."
)
@click.option(
    "--on",
    "on_text",
    metavar="DATE",
    help="The day the city stands at (YYYY-MM-DD); today by default.",
)
@click.option("--no-serve", is_flag=True, help="Make the city and end.")
@data_option
@click.option("--port", default=8000, show_default=True, help="Port on 127.0.0.1.")
@click.pass_context
def demo(
    context: click.Context,
    city: str,
    residents: int,
    seed: int,
    on_text: str | None,
    no_serve: bool,
    data: Path | None,
    port: int,
) -> None:
    """Make an invented city once, then serve it. Every resident and institution in it is invented."""
    if context.invoked_subcommand is not None:
        return
    from kangmai.commandline.city.space import SERVER_SETTINGS, processes, require_space

    require_space(residents, data or DEFAULT_FOLDER)
    require_sound_definitions()
    os.environ["KANGMAI_DEMO"] = "1"
    with opened(data, default=DEFAULT_FOLDER, settings=SERVER_SETTINGS) as folder:
        from kangmai.commandline.city.loading.city import ensure_city
        from kangmai.commandline.city.state import CityOrder

        order = CityOrder(code=city, residents=residents, seed=seed, on=_day(on_text))
        lines = ensure_city(order, processes=processes())
        if no_serve:
            for line in lines:
                click.echo(line, err=True)
            return
        from kangmai.commandline.serving import serve

        serve(port=port, keep_database=keeper(folder), announce=lines)


@demo.command(
    epilog="""\b
Examples:
  kangmai demo outbreak norovirus --data ./data   a school whose children vomit
  kangmai demo outbreak dengue --data ./data      three towns of one county in a week
  kangmai demo outbreak cholera --data ./data     a traveller; the account "hospital" has to decide on a draft
""",
)
@click.argument("kind", type=click.Choice(["norovirus", "dengue", "cholera"]))
@data_option
@click.pass_context
def outbreak(context: click.Context, kind: str, data: Path | None) -> None:
    """Let an outbreak happen in a demo city, also while it is served.

    \b
    Case reports, counts and findings are written as people would have written them; signals come of
    them by themselves, and the series of yesterday are judged anew. JSON on stdout says what was written:
    {"outbreak","area","place","towns","cards","newly_ill","look_at","account"}.
    Played again, others fall ill. Exit code 2 where there is no demo city or it is too small.
    """
    import json
    from dataclasses import asdict
    from datetime import UTC, datetime

    parent = context.parent.params.get("data") if context.parent else None
    with opened(data or parent, default=None if os.environ.get("DATABASE_URL") else DEFAULT_FOLDER):
        from kangmai.commandline.city.outbreaks import Outbreak, play
        from kangmai.commandline.city.outbreaks.morning import judge_anew

        played = play(Outbreak(kind), at=datetime.now(UTC))
        click.echo("the series of yesterday are judged anew …", err=True)
        judge_anew(at=datetime.now(UTC))
        click.echo(json.dumps(asdict(played), ensure_ascii=False))
        click.echo(f"log in as {played.account} and open {played.look_at}", err=True)


@demo.command(
    epilog="""\b
Example:
  kangmai demo drill --data ./data   then log in as cdc and open the emergency mode
""",
)
@data_option
@click.pass_context
def drill(context: click.Context, data: Path | None) -> None:
    """Let half a day of an emergency drill happen in a demo city, also while it is served.

    \b
    An order signed by two roles, registrations and scans, a 10-in-1 round with a plan, couriers, a laboratory and
    one positive pool, a case with its household, tasks of grid workers, a bulletin. JSON on stdout says what was
    written: {"order","area","sampled","tubes","trips","tasks","look_at","account"}.
    Exit code 2 where there is no demo city, or a drill is under way.
    """
    import json
    from dataclasses import asdict
    from datetime import UTC, datetime

    parent = context.parent.params.get("data") if context.parent else None
    with opened(data or parent, default=None if os.environ.get("DATABASE_URL") else DEFAULT_FOLDER):
        from kangmai.commandline.city.drill import play_drill

        played = play_drill(at=datetime.now(UTC))
        click.echo(json.dumps(asdict(played), ensure_ascii=False))
        click.echo(f"log in as {played.account} and open {played.look_at}", err=True)


def _day(text: str | None) -> date:
    if text is None:
        from datetime import UTC, datetime

        from kangmai.standards.calendars import legal_day

        return legal_day(datetime.now(UTC))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a day; write 2026-03-01", param_hint="--on"
        ) from None
