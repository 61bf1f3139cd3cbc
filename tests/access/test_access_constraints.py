"""The database itself refuses rows that break access, whoever writes them."""

import pytest
from django.db import IntegrityError, transaction

from kangmai.access import models
from tests.factories.access import AT, account, later


def refused(row):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        row.save(force_insert=True)
    return refusal.value.__cause__.diag.constraint_name


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"login": "Li"}, "account_login_form"),
        ({"login": "x"}, "account_login_form"),
        ({"kind": "ghost"}, "account_kind_known"),
        ({"totp_secret": b"x"}, "account_totp_with_key"),
    ],
)
def test_account(database, changes, constraint):
    assert refused(models.Account(**({"login": "li", "name": "李"} | changes))) == constraint


def glass(account_id, **changes):
    usual = {
        "account_id": account_id,
        "resident_id": 1,
        "reason": "急诊",
        "opened_at": AT,
        "expires_at": later(hours=4),
    }
    return models.BreakGlass(**(usual | changes))


def test_glass(database):
    own, other = account("own").id, account("other").id
    assert refused(glass(own, expires_at=AT)) == "breakglass_period"
    assert refused(glass(own, reason="")) == "breakglass_reason_given"
    assert refused(glass(own, finding="justified")) == "breakglass_review_whole"
    review = {"reviewed_at": AT, "finding": "justified"}
    assert refused(glass(own, reviewed_by_id=own, **review)) == "breakglass_reviewed_by_another"
    glass(own, reviewed_by_id=other, **review).save()


def test_grant(database):
    held = {"account_id": account().id, "role": "supervisor", "granted_by": 0, "from_at": AT}
    assert refused(models.RoleGrant(**held, to_at=later(days=-1))) == "rolegrant_period"
    models.RoleGrant(**held).save()
    assert refused(models.RoleGrant(**held)) == "rolegrant_open_once"


def test_consent(database):
    decision = {"resident_id": 1, "from_at": AT, "recorded_by": 0}
    assert refused(models.Consent(**decision, kind="maybe")) == "consent_kind_known"
    assert refused(models.Consent(**decision, kind="share")) == "consent_share_names_organization"
    models.Consent(**decision, kind="objection").save()
    assert refused(models.Consent(**decision, kind="objection")) == "consent_open_once"


def test_token(database):
    token = {"token_hash": b"1" * 32, "scopes": "system/*.rs", "issued_at": AT}
    assert refused(models.AccessToken(**token, expires_at=AT)) == "accesstoken_period"
    models.AccessToken(**token, expires_at=later(hours=1)).save()
    duplicate = models.AccessToken(**token, expires_at=later(hours=1))
    assert refused(duplicate).startswith("access_accesstoken_token_hash")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"validation_policy": "maybe"}, "client_policies_known"),
        ({"reference_policy": ""}, "client_policies_known"),
        ({"id_prefix": "../"}, "client_id_prefix_form"),
    ],
)
def test_client(database, changes, constraint):
    usual = {"client_id": "c1", "name": "c", "account_id": account().id, "created_at": AT}
    assert refused(models.Client(**(usual | changes))) == constraint
