"""What can be wrong with a deed about births."""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class BirthNotFound(NotFound):
    """There is no such birth, or it is outside your area."""

    zh = "没有该出生登记，或不在您的管辖范围内。"


class MotherNotNamed(Incorrect):
    """No resident has this index number and this name. Read both from the mother's card."""

    zh = "没有与此主索引号和姓名同时相符的居民，请按产妇本人的卡证填写。"


class MotherUnfit(Incorrect):
    """This resident cannot have given birth on that day: sex, age, or she had died."""

    zh = "该居民在该日不可能分娩（性别、年龄不符或已死亡），请核对。"


class MotherMissing(Incorrect):
    """A birth certificate names the mother: enter her name."""

    zh = "出生医学证明须写明母亲姓名。"


class IdentityNumberUnreadable(Incorrect):
    """An identity number has 17 digits and a digit or X behind them. Check the parents' numbers, or leave them empty."""

    zh = "居民身份证号应为 17 位数字加 1 位数字或 X，请核对父母的身份证号，或留空。"


class BirthInFuture(Incorrect):
    """The child was born after now ({born_at})."""

    zh = "出生时间 {born_at} 晚于现在。"


class MeasureUnlikely(Incorrect):
    """{field} of {value} is not possible; it lies between {low} and {high}."""

    zh = "{field} {value} 不合理，应在 {low} 至 {high} 之间。"


class ChildRegistered(Conflict):
    """Child {ordinal} of this mother, born on {born_on}, is registered already."""

    zh = "该产妇 {born_on} 分娩的第 {ordinal} 个孩子已经登记。"


class CertificateStands(Conflict):
    """This child has a certificate already ({number}). One is issued once; replace it if it is lost or wrong."""

    zh = "该新生儿已有出生医学证明（{number}），一人一证；遗失请补发，有误请换发。"


class NoCertificate(Conflict):
    """This child has no certificate that holds."""

    zh = "该新生儿没有有效的出生医学证明。"


class ChildNameMissing(Incorrect):
    """Write the child's name as the parents decided it; a placeholder such as 王芳之女 is none."""

    zh = "请填写父母确定的新生儿姓名，“某某之女”一类的代称不能用于证明。"


class ReasonMissing(Incorrect):
    """Say in a few words why."""

    zh = "请简要说明理由。"


class NoBlank(Conflict):
    """Your institution has no numbered blank left. Ask the health bureau for a batch."""

    zh = "本机构已没有空白证编号，请向卫生健康行政部门申领。"


class NumberUnreadable(Incorrect):
    """'{number}' is no number of a certificate ({pattern})."""

    zh = "“{number}”不是出生医学证明编号（格式 {pattern}）。"


class BatchUnfit(Incorrect):
    """A batch holds from 1 to {most} numbers, all of one letter."""

    zh = "一批应为 1 至 {most} 个同字头的连续编号。"


class NumberTaken(Conflict):
    """The number {number} was handed out already."""

    zh = "编号 {number} 已经发放过。"


class BlankNotHere(NotFound):
    """Your institution has no blank with the number {number}."""

    zh = "本机构没有编号为 {number} 的空白证。"


class ItemNotYours(Conflict):
    """This errand is {state} already; a desk writes down what comes next."""

    zh = "该事项当前为“{state}”，后续由经办窗口登记。"


class ItemUnknown(NotFound):
    """There is no item '{item}' in the chain of this birth."""

    zh = "该出生登记没有“{item}”事项。"


class InstitutionUnknown(Incorrect):
    """There is no institution {organization} in your area."""

    zh = "您的管辖范围内没有该机构（{organization}）。"


class KeyReused(Conflict):
    """This form was sent before with other content. Open it anew."""

    zh = "该表单已以其他内容提交过，请重新打开填写。"


class NoRule(NotFound):
    """No rule of births is in force for {place} on {on}."""

    zh = "{place} 在 {on} 没有生效的出生登记规则。"
