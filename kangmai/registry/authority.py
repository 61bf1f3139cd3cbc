"""Who may change a member of staff, which depends on where he holds posts."""

from kangmai.kernel.actor import Actor
from kangmai.registry import models, rules
from kangmai.registry.errors import NotYourOrganization


def require_registrar_of(staff_id: int, actor: Actor) -> None:
    """Let pass a registrar of an institution where the person holds or held a post.

    Raises:
        NotYourOrganization: in every other case.
    """
    homes = models.Organization.objects.filter(posts__staff_id=staff_id).distinct()
    # a person without any post is changed only by a registrar of the whole city: only he covers ""
    codes = list(homes.values_list("id", "division_code")) or [(None, "")]
    if not any(
        rules.may_register(actor, division_code=code, organization_ids=(id,)) for id, code in codes
    ):
        raise NotYourOrganization()
