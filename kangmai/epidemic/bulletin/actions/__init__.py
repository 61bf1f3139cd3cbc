"""The writes of bulletins."""

from kangmai.epidemic.bulletin.actions.signing import draft, give_back, issue, release

__all__ = ["draft", "give_back", "issue", "release"]
