"""Keep what a worklist is narrowed to under a name, for whoever asked and nobody else."""

from datetime import datetime

from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down
from kangmai.programmes.engine import models
from kangmai.programmes.engine.errors import FilterNameMissing, FiltersTooMany
from kangmai.programmes.engine.queries.enrolments import READ

MOST = 12
LONGEST_NAME = 30


def keep_filter(*, name: str, query: str, actor: Actor, at: datetime) -> None:
    """Keep a filter; one of the same name is replaced.

    Args:
        query: the filter as an address says it: codes and ids, no name of a resident.

    Raises:
        NotPermitted, FilterNameMissing, FiltersTooMany
    """
    require(actor, READ)
    named = " ".join(name.split())[:LONGEST_NAME]
    if not named:
        raise FilterNameMissing()
    with transaction.atomic():
        own = models.KeptFilter.objects.select_for_update().filter(account=actor.account)
        names = set(own.values_list("name", flat=True))
        if named not in names and len(names) >= MOST:
            raise FiltersTooMany(most=MOST)
        kept, _ = models.KeptFilter.objects.update_or_create(
            account=actor.account, name=named, defaults={"query": query, "kept_at": at}
        )
        write_down("programmes.filter_kept", "KeptFilter", kept.pk, actor=actor, at=at)


def drop_filter(*, id: int, actor: Actor, at: datetime) -> None:
    """Forget a filter of one's own; one of somebody else is left alone.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    with transaction.atomic():
        if models.KeptFilter.objects.filter(pk=id, account=actor.account).delete()[0]:
            write_down("programmes.filter_dropped", "KeptFilter", id, actor=actor, at=at)
