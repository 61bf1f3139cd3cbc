"""The resident behind an account that acts for itself."""

from kangmai.access.errors import NotYourResident
from kangmai.kernel.actor import Actor, Purpose
from kangmai.kernel.ids import ResidentId


def own_resident_id(actor: Actor) -> ResidentId:
    """The one resident an actor is himself. Raises NotYourResident for everybody else."""
    if actor.purpose is not Purpose.RESIDENT or len(actor.scope.residents) != 1:
        raise NotYourResident()
    return next(iter(actor.scope.residents))
