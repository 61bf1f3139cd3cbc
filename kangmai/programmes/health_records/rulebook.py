"""Read when a health record counts as used, and when it lies dead."""

import datetime
from functools import cache

from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.programmes.health_records.types import RecordRule

ROOM, KIND, ID = "programmes", "record_rule", "national"


def record_rule(*, on: datetime.date) -> RecordRule:
    """The rule of a day. Raises UnknownDefinition."""
    return _rule(definitions.get(ROOM, KIND, ID, on=on))


@cache
def _rule(definition: Definition) -> RecordRule:
    content = definition.content
    return RecordRule(
        unused_after_months=content["unused_after_months"],
        stale_after_months=content["stale_after_months"],
        programme=content["written_by"]["programme"],
        service=content["written_by"]["service"],
        is_verified=definition.verified,
    )
