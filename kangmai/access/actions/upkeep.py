"""Forget what need not be kept: old attempts, tokens and assertions."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from kangmai.access import models, policy


def forget_old(*, at: datetime) -> dict[str, int]:
    """Delete attempts and ended tokens older than the log must reach, ended sessions and used assertions.

    Returns:
        How many of each.

    Source: 网络安全法 第二十一条 (logs are kept for at least six months)
    """
    before = at - timedelta(days=policy.limit("log_days", on=at.date()))
    with transaction.atomic():
        attempts, _ = models.LoginAttempt.objects.filter(at__lt=before).delete()
        tokens, _ = models.AccessToken.objects.filter(expires_at__lt=before).delete()
        used, _ = models.ClientAssertion.objects.filter(expires_at__lt=at).delete()
        sessions, _ = Session.objects.filter(expire_date__lt=at).delete()
    return {"attempts": attempts, "tokens": tokens, "assertions": used, "sessions": sessions}
