"""What the script of the kit says: it holds no words of its own."""

from django.utils.translation import gettext as _

from kangmai.programmes.kit.types import Limits


def of_script(limits: Limits) -> dict[str, str]:
    """Sentences by the names the script uses; what stands in braces it fills in."""
    return {
        "next": _("next visit {day}, in {days} days"),
        "rules": _(
            "By the rules {version} as loaded on {day}. The decision stands once it is sent."
        ),
        "weak": _("Choose at least %(count)s characters, not digits alone.")
        % {"count": limits.passphrase_least},
        "differ": _("The two passphrases are not the same."),
        "wrong": _("The passphrase is wrong. After {left} more wrong ones everything is erased."),
        "login": _("You are not logged in. Log in, then come back: what you filled in is kept."),
        "offline": _("There is no connection now. Try again where there is signal."),
        "kept": _("No connection: what you filled in is kept sealed and sent later."),
        "failed": _("That did not work. Try again; if it stays so, tell your administrator."),
        "loaded": _("{count} visits loaded"),
        "unsent": _("{count} filled-in visits wait to be sent"),
        "until": _("{count} visits · to be used until {moment}"),
        "send": _("Send {count}"),
        "sent": _("{count} sent."),
        "start": _("Follow up"),
        "tried": _("tried {count} times since the latest visit"),
        "lost": _(
            "With this attempt the resident is listed as out of reach: {attempts} days, {methods} ways."
        ),
        "lost_yet": _(
            "After this attempt: {days} of {attempts} days, {methods_done} of {methods} ways; then the resident is listed as out of reach."
        ),
        "repeated": _("An attempt in this way on this day is noted already."),
        "future": _("The day lies in the future."),
        "attempt": _("Not reached"),
    }
