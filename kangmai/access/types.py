"""What access calls things: kinds of accounts, consents, outcomes, policies of a source."""

from enum import StrEnum


class AccountKind(StrEnum):
    """Who stands behind an account."""

    PERSON = "person"
    PROGRAM = "program"


class ConsentKind(StrEnum):
    """What a resident decided about the sight of others."""

    SHARE = "share"
    """One institution may see the record although the resident is not its own."""
    OBJECTION = "objection"
    """Institutions see only what they wrote themselves; one institution, or all of them."""


class Finding(StrEnum):
    """What a reviewer found about a broken glass."""

    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


class Policy(StrEnum):
    """What happens to input of a source that fails validation or refers to what is not there."""

    ENFORCE = "enforce"
    WARN = "warn"
