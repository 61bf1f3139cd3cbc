"""`kangmai token`: print one bearer token for the FHIR interface."""

import click

from kangmai.commandline.opening import with_database


@click.command(epilog="Example:  kangmai token --data ./data --scope 'system/*.rs' --ttl 600")
@click.option(
    "--scope",
    required=True,
    help="SMART scopes, version 1 or 2, separated by spaces: 'system/*.rs user/Observation.read'.",
)
@click.option(
    "--organization",
    metavar="ID",
    help="Institution (code, FHIR id or number) to act for; without it: the whole city.",
)
@click.option("--ttl", type=int, metavar="SECONDS", help="How long it lives; default one hour.")
@with_database
def token(scope: str, organization: str | None, ttl: int | None) -> None:
    """Print one bearer token for /fhir/R4.

    Without --organization the token sees the whole city, unlinked patients of every source included.
    It works while the server runs or not.
    """
    from datetime import UTC, datetime

    from kangmai.access import actions
    from kangmai.commandline.naming import organization_id
    from kangmai.kernel.actor import operator

    actor = operator("kangmai token")
    issued = actions.issue_operator_token(
        scope=scope,
        organization_id=organization_id(organization, actor=actor),
        ttl_seconds=ttl,
        actor=actor,
        at=datetime.now(UTC),
    )
    click.echo(issued.token)
