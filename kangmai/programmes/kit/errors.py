"""What kits refuse.

Incorrect
├── KitNameMissing
└── TooFarAhead
NotFound
└── KitNotFound
Conflict
├── KitErased
└── TooManyKits
"""

from kangmai.kernel.errors import Conflict, Incorrect, NotFound


class KitNameMissing(Incorrect):
    """Give the phone a name, so that you recognize it in the list."""

    zh = "请填写手机名称，便于在列表中辨认。"


class TooFarAhead(Incorrect):
    """Visits are loaded for {known} days ahead, not {days}."""

    zh = "只能下载 {known} 天内到期的随访，不能是 {days} 天。"


class KitNotFound(NotFound):
    """There is no such kit, or it is not yours. Log in as the one who prepared it."""

    zh = "没有该随访包，或不属于您。请以准备该随访包的账号登录。"


class KitErased(Conflict):
    """This kit was erased: nothing is loaded into it or taken from it. Prepare it anew."""

    zh = "该随访包已被清除，不能再下载或上传，请重新准备。"


class TooManyKits(Conflict):
    """You have {most} kits already. Erase one that you no longer use."""

    zh = "您已有 {most} 个随访包，请先清除不再使用的。"
