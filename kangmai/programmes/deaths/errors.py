"""What can be wrong with a deed about deaths."""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound


class CertificateNotFound(NotFound):
    """There is no such death certificate, or it is outside your area."""

    zh = "没有该死亡医学证明，或不在您的管辖范围内。"


class DeceasedNotNamed(Incorrect):
    """No resident has this index number and this name. Read both from a document of the deceased."""

    zh = "没有与此主索引号和姓名同时相符的居民，请按死者本人的证件填写。"


class CertificateStands(Conflict):
    """This resident has a death certificate already ({number}). Correct that one, or have it declared void."""

    zh = "该居民已有死亡医学证明（{number}），请更正或按程序作废后重新签发。"


class DeathUnfit(Incorrect):
    """The death of {died_at} lies in the future or before the birth."""

    zh = "死亡时间 {died_at} 晚于现在或早于出生，请核对。"


class CausesIncomplete(Incorrect):
    """Write at least line a of part I; leave no line of part I empty above one that is used; give each an ICD-10 code."""

    zh = "第 I 部分至少填写 (a) 行，中间不得空行，每行均须有 ICD-10 编码。"


class CodeUnreadable(Incorrect):
    """'{code}' is no ICD-10 code (a letter, two digits, and where needed a point and one to three more)."""

    zh = "“{code}”不是 ICD-10 编码（一个字母、两位数字，必要时加小数点和 1～3 位）。"


class UnderlyingNotThere(Incorrect):
    """The underlying cause must be one of the lines that are filled in."""

    zh = "根本死因须是已填写的某一行。"


class CausesUnlikely(Incorrect):
    """Look again: {flags} If it is so, say that you have checked it."""

    zh = "请核对：{zh_flags}如确属实，请勾选“已核对”。"


class ChoiceUnknown(Incorrect):
    """'{code}' is no choice for {field}."""

    zh = "{field} 没有“{code}”这一选项。"


class ReasonMissing(Incorrect):
    """Say in a few words why."""

    zh = "请简要说明理由。"


class WrongState(Conflict):
    """The certificate is {state}; this cannot be done with it."""

    zh = "该证明当前状态为“{state}”，不能进行此操作。"


class OwnCertificate(Forbidden):
    """You issued or corrected this certificate; somebody else confirms it or declares it void."""

    zh = "该证明由您签发或更正，须由他人审核或作废。"


class KeyReused(Conflict):
    """This form was sent before with other content. Open it anew."""

    zh = "该表单已以其他内容提交过，请重新打开填写。"
