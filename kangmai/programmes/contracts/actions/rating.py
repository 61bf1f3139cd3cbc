"""A resident says how satisfied he was with a service."""

import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.programmes.contracts import events, models, reach, rules, services
from kangmai.programmes.contracts.errors import (
    ContractNotFound,
    RatedAlready,
    ScoreWrong,
    ServiceNotFound,
)
from kangmai.programmes.contracts.reach import OWN
from kangmai.programmes.contracts.types import ServiceRef
from kangmai.standards.calendars import legal_day


def rate(
    *, contract_id: UUID, service: ServiceRef, score: int, actor: Actor, at: datetime.datetime
) -> None:
    """Answer for a service of one's own contract, once, as long as it is asked about.

    The team sees sums only; neither the trail nor the announcement names service or score.

    Raises:
        NotPermitted, ContractNotFound, ServiceNotFound, ScoreWrong, RatedAlready
    """
    require(actor, OWN)
    on = legal_day(at)
    if not 1 <= score <= 5:
        raise ScoreWrong(score=score)
    row = models.Contract.objects.filter(reach.own(actor), pk=contract_id).first()
    if row is None:
        raise ContractNotFound()
    since = on - datetime.timedelta(rules.rule(on=on).rating_days)
    asked = services.services_of(row, since=since, until=on)
    if service not in [each.ref for each in asked]:
        raise ServiceNotFound()
    rating = models.Rating(
        id=uuid7(), contract=row, team_id=row.team_id, service_kind=service.kind,
        service=service.id, score=score, on=on,
    )  # fmt: skip
    try:
        with transaction.atomic():
            rating.save(force_insert=True)
            write_down_and_announce(events.RATED, "Team", row.team_id, actor=actor, at=at)
    except IntegrityError as error:
        if "rating_once" not in str(error):
            raise
        raise RatedAlready() from None
