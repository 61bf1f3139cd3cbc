"""What can be wrong with a deed about contracts."""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class ContractNotFound(NotFound):
    """There is no such contract, or it is outside your area."""

    zh = "没有该签约，或不在您的管辖范围内。"


class TeamNotFound(NotFound):
    """There is no such team, or it is outside your area."""

    zh = "没有该家庭医生团队，或不在您的管辖范围内。"


class TeamClosed(Conflict):
    """The team '{team}' is closed: choose another one."""

    zh = "团队“{team}”已停用，请选择其他团队。"


class TeamFull(Conflict):
    """The team '{team}' has {count} contracts, and {most} is the most. Choose another team."""

    zh = "团队“{team}”已签约 {count} 人，达到上限 {most} 人，请选择其他团队。"


class TeamBusy(Conflict):
    """The team '{team}' has {count} contracts that hold: hand them over before it is closed."""

    zh = "团队“{team}”仍有 {count} 份有效签约，请先转给其他团队再停用。"


class NameTaken(Conflict):
    """The institution has a team '{team}' already."""

    zh = "本机构已有团队“{team}”。"


class NameMissing(Incorrect):
    """Give the team a name of 2 to 40 characters."""

    zh = "团队名称应为 2 至 40 个字。"


class MemberUnknown(Incorrect):
    """{count} of the members hold no post in the institution or below it."""

    zh = "有 {count} 名成员在本机构及下属机构没有任职。"


class LeaderMissing(Incorrect):
    """Name the head of the team, who is one of its members."""

    zh = "请指定团队长，团队长应为团队成员。"


class DutyUnknown(Incorrect):
    """'{duty}' is nothing a member of a team is."""

    zh = "没有“{duty}”这一团队岗位。"


class ContractStands(Conflict):
    """This resident has a contract with {team} until {until}: one resident, one contract. Renew it, change the team, or end it first."""

    zh = "该居民与{team}的签约到 {until} 有效，一人只能有一份有效签约；请续签、更换团队，或先解约。"


class AlreadyAsked(Conflict):
    """A contract was asked for on {day} and waits for the team's answer."""

    zh = "{day} 已提交签约申请，正在等待团队答复。"


class NotAsked(Conflict):
    """This is no request that waits for an answer."""

    zh = "该签约不是待答复的申请。"


class NotInForce(Conflict):
    """This contract does not hold any more (until {until})."""

    zh = "该签约已不在有效期内（至 {until}）。"


class ResidentGone(Incorrect):
    """This resident has died or moved out of the city."""

    zh = "该居民已死亡或已迁出本市。"


class NotTheirs(Incorrect):
    """This resident lives in none of the places that the team's institution serves."""

    zh = "该居民现住地不在团队所在机构的服务区域内。"


class YearsWrong(Incorrect):
    """A contract is made for {years} years, not {given}."""

    zh = "签约年限应为 {years} 年，不能为 {given} 年。"


class DayWrong(Incorrect):
    """The day {day} lies outside {first} to {last}."""

    zh = "日期 {day} 不在 {first} 至 {last} 之间。"


class PackageUnknown(Incorrect):
    """There is no package '{package}' in force on that day."""

    zh = "当日没有生效的服务包“{package}”。"


class FeeWrong(Incorrect):
    """A fee from 0.01 to {most} yuan a year belongs to a contract with a paid package, and to no other."""

    zh = "含有偿服务包的签约应填写每年 0.01 至 {most} 元的费用，其他签约不填。"


class TooEarly(Conflict):
    """A contract is renewed from {days} days before its end on: this one from {day}."""

    zh = "到期前 {days} 天起方可续签：本签约自 {day} 起。"


class SameTeam(Incorrect):
    """The resident is with this team already."""

    zh = "居民已由该团队服务。"


class ReasonMissing(Incorrect):
    """Say in a few words why."""

    zh = "请简要说明理由。"


class ReasonUnknown(Incorrect):
    """'{reason}' is no reason for ending a contract."""

    zh = "没有“{reason}”这一解约原因。"


class ItemUnknown(Incorrect):
    """'{item}' is no item of this contract that the team writes down: visits are counted from the programmes."""

    zh = "“{item}”不是本签约中由团队登记的项目；随访由服务项目自动计入。"


class ServiceNotFound(NotFound):
    """There is no such service under your contract, or it is too long ago to be asked about."""

    zh = "您的签约中没有该服务，或已超过评价期限。"


class ScoreWrong(Incorrect):
    """An answer lies between 1 and 5, not {score}."""

    zh = "评价应为 1 至 5 分，不能为 {score}。"


class RatedAlready(Conflict):
    """You were asked about this service and answered already."""

    zh = "您已评价过该服务。"


class KeyReused(Conflict):
    """This form was sent before with other content. Open it anew."""

    zh = "该表单已以其他内容提交过，请重新打开填写。"
