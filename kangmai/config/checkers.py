"""The one table of modules that say what more must hold of their room's definitions."""

from importlib import import_module

CHECKERS = (
    "kangmai.standards.checks",
    "kangmai.access.roles",
    "kangmai.analytics.checks",
    "kangmai.forms.checks",
    "kangmai.messages.templates",
    "kangmai.documents.templates",
    "kangmai.deadlines.checks",
    "kangmai.handover.systems",
    "kangmai.exchange.hl7v2.checks",
    "kangmai.governance.reporting.reading.indicators",
    "kangmai.governance.reporting.templates",
    "kangmai.programmes.engine.checks",
    "kangmai.programmes.immunization.checks",
    "kangmai.programmes.workload.checks",
    "kangmai.programmes.points.checks",
    "kangmai.programmes.activities.checks",
    "kangmai.programmes.contracts.checks",
    "kangmai.programmes.growth.checks",
    "kangmai.programmes.vaccination.checks",
    "kangmai.programmes.campaigns.checks",
    "kangmai.programmes.births.checks",
    "kangmai.programmes.deaths.checks",
    "kangmai.programmes.monitoring.checks",
    "kangmai.programmes.watchdog.checks",
    "kangmai.epidemic.cases.checks",
    "kangmai.epidemic.surveillance.checks",
    "kangmai.epidemic.orders.checks",
    "kangmai.epidemic.venues.checks",
    "kangmai.epidemic.nucleic_acid.checks",
    "kangmai.epidemic.tracing.checks",
    "kangmai.epidemic.supplies.checks",
    "kangmai.epidemic.capacity.checks",
    "kangmai.epidemic.tasks.checks",
    "kangmai.epidemic.teams.checks",
    "kangmai.epidemic.bulletin.checks",
)


def register_checkers() -> None:
    """Import them; each registers itself with the loader of definitions."""
    for module in CHECKERS:
        import_module(module)
