"""The demo has an account for every role that somebody can hold in an institution, and for a resident."""

from datetime import UTC, datetime

from kangmai.access.queries import roles_in_force
from kangmai.commandline.city.loading.accounts import PLACES

FROM_RESIDENTS = {"resident", "guardian", "authorised"}
"""Roles that follow from who somebody is, and from what a resident allows."""


def test_every_role_has_an_account():
    roles = set(roles_in_force(at=datetime.now(UTC)))
    assert {role for _, role, _ in PLACES} == roles - FROM_RESIDENTS
    logins = [login for login, _, _ in PLACES]
    assert len(set(logins)) == len(logins)
