"""What the grid refuses.

Incorrect
├── CodeUnknown
├── NameMissing
├── NobodyPlaced
├── LoginUnknown
└── RoleUnknown
NotFound
├── CellUnknown
└── WorkerUnknown
Conflict
├── CellClosed
├── CellInUse
└── NoMoreCells
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class CodeUnknown(Incorrect):
    """'{code}' is no division of this city and no grid."""

    zh = "“{code}”不是本市的行政区划或网格代码。"


class NameMissing(Incorrect):
    """Give it a name."""

    zh = "请填写名称。"


class NobodyPlaced(Incorrect):
    """None of them lives in this village, so nobody was placed."""

    zh = "所选人员均不住在该村（社区），未作调整。"


class LoginUnknown(Incorrect):
    """There is no account '{login}'. Leave it empty if the worker does not log in."""

    zh = "没有账号“{login}”；如该人员不登录系统，请留空。"


class RoleUnknown(Incorrect):
    """'{role}' is not in the list of roles of the grid."""

    zh = "“{role}”不在网格人员类别目录中。"


class CellUnknown(NotFound):
    """There is no such grid, or it is not for you to see."""

    zh = "没有该网格，或您无权查看。"


class WorkerUnknown(NotFound):
    """There is no such worker of a grid, or it is not for you to see."""

    zh = "没有该网格人员，或您无权查看。"


class CellClosed(Conflict):
    """This grid is closed."""

    zh = "该网格已停用。"


class CellInUse(Conflict):
    """{homes} households and {cells} micro-grids still belong to it. Place them elsewhere first."""

    zh = "该网格下仍有 {homes} 户、{cells} 个微网格，请先调整。"


class NoMoreCells(Conflict):
    """There are 99 here already: two digits hold no more."""

    zh = "已有 99 个，两位编码不能再增加。"
