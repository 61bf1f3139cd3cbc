"""`kangmai up`: the whole system from one data folder."""

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
    epilog="Example:  kangmai up --data ./data --port 8000     (Ctrl-C stops server, worker and database)"
)
@data_option
@click.option("--port", default=8000, show_default=True, help="Port on 127.0.0.1.")
def up(data: Path | None, port: int) -> None:
    """Start the database, bring its tables up to date, serve pages and interfaces.

    Prints `ready http://127.0.0.1:PORT` once. GET /healthz says that the server lives, GET /readyz
    that it can work. SIGINT and SIGTERM stop everything in order. Nothing starts while a rule kept as
    data is faulty (see kangmai definitions check).
    """
    from kangmai.commandline.serving import serve

    require_sound_definitions()
    with opened(data, default=DEFAULT_FOLDER) as folder:
        from kangmai.commandline.city.state import require_whole_city

        require_whole_city()
        serve(port=port, keep_database=keeper(folder))
