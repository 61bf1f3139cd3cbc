"""The command `kangmai`: a table of lazily loaded commands and one place that maps errors to exit codes."""

import signal
import sys
from importlib import import_module

import click

from kangmai import __version__
from kangmai.kernel.errors import KangmaiError

COMMANDS = {
    "up": ("up:up", "Start the database, the server and the worker."),
    "demo": ("demo:demo", "Make an invented city once, then serve it."),
    "db": ("db:db", "Start, stop, back up, restore, upgrade the embedded database."),
    "doctor": ("doctor:doctor", "Check the installation and say how to mend it."),
    "user": ("user:user", "Make and change accounts."),
    "token": ("token:token", "Print a bearer token for the FHIR interface."),
    "import": ("imports:import_", "Bring records in from files."),
    "audit": ("audit:audit", "Verify the audit trail."),
    "definitions": ("definitions:definitions", "Check and show rules kept as data."),
    "fhir": ("fhir:fhir", "Validate and search FHIR resources."),
    "hl7": ("hl7:hl7", "Send HL7 v2 messages; map kept messages again."),
    "fhirpath": ("fhirpath:fhirpath", "Evaluate a FHIRPath expression on a resource."),
    "identity": ("identity:identity", "Link records of the same resident."),
    "card": ("card:card", "Issue e-health cards and check their codes."),
    "programmes": ("programmes:programmes", "Forecast and decide life-cycle services."),
    "lake": ("lake:lake", "Fill, verify and rebuild the lake of figures."),
    "indicators": ("indicators:indicators", "Compute, explain and freeze figures."),
    "bulletin": ("bulletin:bulletin", "Read published bulletins."),
    "surveillance": ("surveillance:surveillance", "Detect outbreaks in series of counts."),
    "views": ("views:views", "Run SQL-on-FHIR views over resources."),
}


class LazyGroup(click.Group):
    """A click group whose commands are imported only when one is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        return getattr(import_module(f"kangmai.commandline.{module}"), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Kangmai 康脉: one system for a city's health services."""


def main() -> None:
    """Run `kangmai`; a refused or failed command says why on stderr and exits 2.

    SIGTERM ends a command in order, as Ctrl-C does: the database it started is stopped.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        cli(prog_name="kangmai")
    except KangmaiError as error:
        click.echo(f"{error.code}: {error}", err=True)
        sys.exit(2)
