"""What supplies refuse.

Incorrect
├── AreaUnknown
├── BookedInTheFuture
├── ExpiryMissing
├── FileHeaderWrong
├── ItemTwice
├── ItemUnknown
├── LaterLotNeedsReason
├── LoadUnknown
├── LotMissing
├── LotExpired
├── MoreThanAsked
├── MoreThanSent
├── NothingEntered
├── QuantityWrong
├── ReasonMissing
├── RowUnreadable
└── ToItself
Forbidden
└── SignsOwnReceipt
NotFound
├── EntryUnknown
├── InstitutionUnknown
└── TransferUnknown
Conflict
├── KeyReused
├── NotEnough
├── NotInThisState
├── NotReversible
└── WasReversed
"""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound
from kangmai.kernel.words import Words


class AreaUnknown(Incorrect):
    """'{area}' is no division of this city."""

    zh = "“{area}”不是本市的行政区划代码。"


class BookedInTheFuture(Incorrect):
    """The day {day} is yet to come. Enter the day on which it happened."""

    zh = "日期 {day} 尚未到来，请填写实际发生的日期。"


class ExpiryMissing(Incorrect):
    """Give the day of expiry as 2027-03-31, or leave it empty if the goods have none ('{value}' cannot be read)."""

    zh = "有效期请按 2027-03-31 填写，无有效期的请留空（“{value}”无法识别）。"


class FileHeaderWrong(Incorrect):
    """The first line does not name the columns. Missing: {missing}; unknown: {unknown}. Start from the file that can be downloaded."""

    zh = "首行列名不正确。缺少：{missing}；无法识别：{unknown}。请以下载的表格为模板。"


class ItemTwice(Incorrect):
    """'{item}' is named twice. Put it into one line."""

    zh = "“{item}”重复出现，请合并为一行。"


class ItemUnknown(Incorrect):
    """'{item}' is not in the list of supplies."""

    zh = "“{item}”不在物资目录中。"


class LaterLotNeedsReason(Incorrect):
    """Lot {lot} expires earlier and should go first. Take that one, or say why not."""

    zh = "批号 {lot} 更早到期，应先发出；如需发出其他批号，请填写原因。"


class LoadUnknown(Incorrect):
    """'{load}' is no kind of work of the list, or its number or shifts cannot be (0 to 1,000,000; 1 to 6 shifts)."""

    zh = "“{load}”不在岗位目录中，或人数、班次超出范围（0 至 1000000；每日 1 至 6 班）。"


class LotMissing(Incorrect):
    """Say which lot of '{item}' it is: it must be one that is in store."""

    zh = "请选择“{item}”的批号，须为库存中的批号。"


class LotExpired(Incorrect):
    """Lot {lot} expired on {day}; it can only be discarded."""

    zh = "批号 {lot} 已于 {day} 过期，只能报废。"


class MoreThanAsked(Incorrect):
    """{quantity} of '{item}' were asked for; send no more than that."""

    zh = "“{item}”申请调拨 {quantity}，发出数不能更多。"


class MoreThanSent(Incorrect):
    """{quantity} of '{item}' were sent, so no more can be received. Receive what was sent; the sender must count again."""

    zh = "“{item}”只发出 {quantity}，签收数不能更多；请按发出数签收，并由发出方盘点。"


class NothingEntered(Incorrect):
    """Nothing was entered: give at least one item with its quantity."""

    zh = "没有填写内容，请至少填写一种物资和数量。"


class QuantityWrong(Incorrect):
    """The quantity must be a whole number from {least} to 1,000,000,000."""

    zh = "数量须为 {least} 至 1000000000 的整数。"


class ReasonMissing(Incorrect):
    """Say why."""

    zh = "请填写原因。"


class RowUnreadable(Incorrect):
    """'{value}' cannot be read as {expected}."""

    zh = "“{value}”无法识别为{expected}。"


class ToItself(Incorrect):
    """An institution cannot send to itself."""

    zh = "不能调拨给本机构。"


class SignsOwnReceipt(Forbidden):
    """Who received the goods cannot sign for their difference as well. Let a colleague or the sender sign."""

    zh = "签收人不能同时确认差异，请由同事或发出方确认。"


class EntryUnknown(NotFound):
    """There is no such entry, or it is not for you to see."""

    zh = "没有该记录，或您无权查看。"


class InstitutionUnknown(NotFound):
    """There is no such institution ('{organization}'), or its store is not for you to see."""

    zh = "没有该机构（{organization}），或您无权查看其库存。"


class TransferUnknown(NotFound):
    """There is no such transfer, or it is not for you to see."""

    zh = "没有该调拨单，或您无权查看。"


class KeyReused(Conflict):
    """This form was sent before with other content. Load the page again."""

    zh = "该表单已提交过不同内容，请重新打开页面。"


class NotEnough(Conflict):
    """There are only {available} of '{item}' that can be used for this, not {wanted}."""

    zh = "“{item}”可用数量只有 {available}，不足 {wanted}。"


STATES = {
    "asked": Words("待发出", "asked for"),
    "sent": Words("已发出", "sent"),
    "differs": Words("数量不符", "received with a difference"),
    "received": Words("已接收", "received"),
    "refused": Words("已拒绝", "refused"),
    "withdrawn": Words("已撤回", "withdrawn"),
}


class NotInThisState(Conflict):
    """The transfer is {state}, so this cannot be done with it now."""

    zh = "该调拨单当前状态为“{state}”，不能执行此操作。"
    names = STATES


class NotReversible(Conflict):
    """An entry that belongs to a transfer, or that reverses another, cannot be reversed. Count the stock instead."""

    zh = "调拨单产生的记录和冲销记录不能再冲销，请通过盘点更正。"


class WasReversed(Conflict):
    """This entry was reversed already."""

    zh = "该记录已冲销。"
