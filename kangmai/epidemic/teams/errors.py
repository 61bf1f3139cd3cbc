"""What teams refuse.

Incorrect
├── DayWrong
│   └── MissionDaysWrong
├── DrillOrderNeeded
├── FunctionUnknown
├── KindUnknown
├── LetterMissing
├── MarksMissing
├── MarksWrong
├── MissionEndsWrong
├── NobodyNamed
├── NothingWanted
├── OrderNotInForce
├── PlaceUnknown
├── QuantityWrong
├── ReasonMissing
├── ScriptUnknown
├── StaffNotThere
├── StepUnknown
├── TeamsMissing
├── TextMissing
└── TwiceNamed
Forbidden
├── AssessesOwn
└── NotCalled
NotFound
├── CallOutUnknown
├── DrillUnknown
├── ExpertUnknown
├── InstitutionUnknown
├── MissionUnknown
└── TeamUnknown
Conflict
├── IsAway
├── IsOut
├── KeyReused
├── NotAssessed
└── NotInThisState
"""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound
from kangmai.kernel.words import Words


class DayWrong(Incorrect):
    """'{value}' does not fit: {expected}."""

    zh = "“{value}”不合适：{expected}。"


class MissionDaysWrong(DayWrong):
    """A mission that begins on {first} ends on a day from {first} to {last}; {value} is not one of them."""

    zh = "{first} 出发的支援任务，结束日期须在 {first} 至 {last} 之间，{value} 不在其内。"


class DrillOrderNeeded(Incorrect):
    """A drill runs under a drill order that is in force at its place; this order is not one."""

    zh = "演练须在当地生效的演练命令下进行，所选命令不符合要求。"


class FunctionUnknown(Incorrect):
    """'{function}' is no function of the list."""

    zh = "“{function}”不在岗位目录中。"


class KindUnknown(Incorrect):
    """'{kind}' is no kind of team, specialty or shift of the list."""

    zh = "“{kind}”不在队伍类别、专业或班次目录中。"


class LetterMissing(Incorrect):
    """The other side is outside the city: give the number of its letter or receipt."""

    zh = "对方不在本市，请填写对方回函或回执的文号。"


class MarksMissing(Incorrect):
    """No step was given marks: give them to at least one."""

    zh = "没有填写评分，请至少给一个环节评分。"


class MarksWrong(Incorrect):
    """{step}: the marks '{value}' cannot be, give 0 to {points}."""

    zh = "“{step}”的评分“{value}”不正确，应为 0 至 {points}。"


class MissionEndsWrong(Incorrect):
    """A mission has two ends, at least one of them an institution of this city, and they differ."""

    zh = "支援任务须有派出方和接收方，至少一方为本市机构，且双方不同。"


class NobodyNamed(Incorrect):
    """Nobody was named. Name at least one person."""

    zh = "没有填写人员，请至少填写一人。"


class NothingWanted(Incorrect):
    """Say what is the matter, and at least one kind of team or specialty with somebody who can be called."""

    zh = "请填写事由，并至少选择一类队伍或专业及可召集的对象。"


class OrderNotInForce(Incorrect):
    """This order is not in force at that place. Choose another, or none."""

    zh = "该命令未在当地生效，请另选或不选命令。"


class PlaceUnknown(Incorrect):
    """'{place}' is no division of this city."""

    zh = "“{place}”不是本市的行政区划代码。"


class QuantityWrong(Incorrect):
    """'{value}' must be a whole number from {least} to {most}."""

    zh = "“{value}”须为 {least} 至 {most} 的整数。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class ScriptUnknown(Incorrect):
    """'{script}' is no script that is in force."""

    zh = "“{script}”不是现行的演练脚本。"


class StaffNotThere(Incorrect):
    """{name} has no post in this institution or in one right below it."""

    zh = "{name} 在本机构及下属机构没有在任岗位。"


class StepUnknown(Incorrect):
    """'{step}' is no step of this drill's script."""

    zh = "“{step}”不是本次演练脚本中的环节。"


class TeamsMissing(Incorrect):
    """Choose at least one team of the list; a team that was closed cannot take part."""

    zh = "请至少选择一支队伍；已撤销的队伍不能参演。"


class TextMissing(Incorrect):
    """Fill in: {field}."""

    zh = "请填写{field}。"


class TwiceNamed(Incorrect):
    """'{name}' is named twice."""

    zh = "“{name}”重复出现。"


class AssessesOwn(Forbidden):
    """Who ran a step, or belongs to a participating institution, cannot assess this drill."""

    zh = "执行过演练环节或属于参演机构的人员不能担任评估。"


class NotCalled(Forbidden):
    """This call is for somebody else: its members answer, or their institution for them."""

    zh = "该召集不是发给您的；由被召集人或其所在机构应答。"


class CallOutUnknown(NotFound):
    """There is no such call-out, or it is not for you to see."""

    zh = "没有该召集令，或您无权查看。"


class DrillUnknown(NotFound):
    """There is no such drill, or it is not for you to see."""

    zh = "没有该演练，或您无权查看。"


class ExpertUnknown(NotFound):
    """There is no such expert, or he is not for you to see."""

    zh = "没有该专家，或您无权查看。"


class InstitutionUnknown(NotFound):
    """There is no such institution ('{organization}'), or its teams are not for you to keep."""

    zh = "没有该机构（{organization}），或您无权管理其队伍。"


class MissionUnknown(NotFound):
    """There is no such mission, or it is not for you to see."""

    zh = "没有该支援任务，或您无权查看。"


class TeamUnknown(NotFound):
    """There is no such team, or it is not for you to see."""

    zh = "没有该队伍，或您无权查看。"


class IsAway(Conflict):
    """{name} is on another mission in these days."""

    zh = "{name} 在此期间已有其他支援任务。"


class IsOut(Conflict):
    """{name} is out on a call and cannot be called or closed now."""

    zh = "{name} 正在执行任务，暂不能召集或撤销。"


class KeyReused(Conflict):
    """This form was sent before with other content. Load the page again."""

    zh = "该表单已提交过不同内容，请重新打开页面。"


class NotAssessed(Conflict):
    """Not every step has been assessed yet: {steps}."""

    zh = "尚有环节未评分：{steps}。"


STATES = {
    "reserve": Words("备选", "in reserve"),
    "waiting": Words("待应答", "waiting"),
    "late": Words("超时未应答", "late"),
    "declined": Words("已谢绝", "declined"),
    "coming": Words("已应召", "coming"),
    "moving": Words("途中", "on the way"),
    "on_site": Words("已到场", "on site"),
    "back": Words("已返回", "back"),
    "planned": Words("已计划", "planned"),
    "running": Words("进行中", "running"),
    "assessing": Words("评估中", "being assessed"),
    "reported": Words("已报告", "reported"),
    "withdrawn": Words("已撤销", "withdrawn"),
    "left": Words("已出发", "left"),
    "arrived": Words("已到达", "arrived"),
    "returned": Words("已返回", "returned"),
    "closed": Words("已结束", "closed"),
}


class NotInThisState(Conflict):
    """It is '{state}' now, so this cannot be done."""

    zh = "当前状态为“{state}”，不能执行此操作。"
    names = STATES
