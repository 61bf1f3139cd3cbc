"""What a patch is refused for.

Incorrect
├── PatchUnreadable   it is no patch at all
└── PatchFailed       one of its operations does not fit the resource
"""

from kangmai.kernel.errors import Incorrect


class PatchUnreadable(Incorrect):
    """This is no patch: {reason}. Send a JSON Patch (an array of operations) or Parameters with FHIRPath Patch operations."""

    zh = "不是有效的补丁：{reason}。请发送 JSON Patch（操作数组）或 FHIRPath Patch（Parameters）。"


class PatchFailed(Incorrect):
    """Operation {position} of the patch ({name} {path}) cannot be carried out, so nothing was changed: {reason}"""

    zh = "补丁第 {position} 项操作（{name} {path}）无法执行，未作任何更改：{reason}"

    def __init__(self, *, position: int, name: str, path: str, reason: str) -> None:
        super().__init__(position=position, name=name[:40], path=path[:200], reason=reason)


class Misfit(Exception):
    """Why one operation does not fit; the caller knows which it is."""
