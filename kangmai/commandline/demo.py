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


@click.command(
    epilog="""\b
Examples:
  kangmai demo                                    50,000 residents of Zhaoqing in ./data, on port 8000
  kangmai demo --city 370300 --residents 20000 --data ./zibo --port 8001
  kangmai demo --no-serve --data ./data           only make the city
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
def demo(
    city: str,
    residents: int,
    seed: int,
    on_text: str | None,
    no_serve: bool,
    data: Path | None,
    port: int,
) -> None:
    """Make an invented city once, then serve it. Every resident and institution in it is invented."""
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
