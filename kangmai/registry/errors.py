"""What can go wrong in the registry.

NotFound
├── OrganizationUnknown  ├── DepartmentUnknown  ├── StaffUnknown  ├── PostUnknown
├── PlaceUnknown         ├── AreaUnknown        ├── ConsortiumUnknown
├── ReportingUnknown
└── EquipmentUnknown
Conflict
├── CodeTaken            ├── AlreadyClosed      ├── StillInUse
├── PostAlreadyHeld      ├── NumberTaken        ├── StaffAlreadyRegistered
├── FormKeyReused        └── ConsortiumAlreadyJoined
Incorrect
├── ValueMissing         ├── ValueUnknown       ├── ValueTooLong
├── ValueMalformed       ├── DivisionNotListed  ├── PointIncomplete
├── PeriodReversed       ├── ParentBelow        ├── TableUnreadable
├── ReportsToItself
├── TableHeaderWrong     ├── CursorUnreadable   └── RepeatedInFile
Forbidden
└── NotYourOrganization
"""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound


class OrganizationUnknown(NotFound):
    """There is no institution “{organization}”."""

    zh = "没有机构“{organization}”。"


class DepartmentUnknown(NotFound):
    """There is no department “{department}” in this institution."""

    zh = "该机构没有科室“{department}”。"


class StaffUnknown(NotFound):
    """There is no member of staff {staff}."""

    zh = "没有编号为{staff}的人员。"


class PostUnknown(NotFound):
    """There is no post {post}."""

    zh = "没有编号为{post}的任职。"


class PlaceUnknown(NotFound):
    """There is no place “{place}”."""

    zh = "没有场所“{place}”。"


class AreaUnknown(NotFound):
    """There is no reporting area “{area}”."""

    zh = "没有统计区域“{area}”。"


class ReportingUnknown(NotFound):
    """There is no reporting rule {rule}."""

    zh = "没有编号为{rule}的统计归属。"


class ReportsToItself(Incorrect):
    """What lies in {code} is counted there anyway: name an area outside it, or one above."""

    zh = "{code}内的本来就在该地区统计：请填写其外或上级的地区。"


class ConsortiumUnknown(NotFound):
    """There is no consortium “{consortium}”."""

    zh = "没有医联体“{consortium}”。"


class EquipmentUnknown(NotFound):
    """There is no equipment {equipment}."""

    zh = "没有编号为{equipment}的设备。"


class CodeTaken(Conflict):
    """The code “{code}” belongs to another entry already. Choose another code, or change that entry."""

    zh = "代码“{code}”已被占用，请换一个代码，或修改已有条目。"


class AlreadyClosed(Conflict):
    """This was closed on {closed_on}; it cannot be changed any more."""

    zh = "已于{closed_on}关闭，不能再修改。"


class StillInUse(Conflict):
    """This cannot be closed while {count} {what} depend on it. Close or move them first."""

    zh = "仍有{count}个{what}依赖于此，不能关闭。请先关闭或移走。"


class PostAlreadyHeld(Conflict):
    """This member of staff holds that post already."""

    zh = "该人员已任此职。"


class StaffAlreadyRegistered(Conflict):
    """A member of staff with this identity number is registered already (number {staff})."""

    zh = "该证件号码的人员已登记（编号{staff}）。"


class NumberTaken(Conflict):
    """A certificate of this kind and number is registered already."""

    zh = "该类证书的这个编号已登记。"


class FormKeyReused(Conflict):
    """This form was sent before for something else. Open the form again."""

    zh = "该表单已用于其他操作，请重新打开表单。"


class ConsortiumAlreadyJoined(Conflict):
    """The institution is a member of this consortium already."""

    zh = "该机构已是该医联体成员。"


class ValueMissing(Incorrect):
    """“{field}” is missing."""

    zh = "缺少“{field}”。"


class ValueUnknown(Incorrect):
    """“{value}” is no known value of “{field}”. Known are: {known}."""

    zh = "“{value}”不是“{field}”的已知取值。可用：{known}。"


class ValueTooLong(Incorrect):
    """“{field}” has {length} characters; at most {limit} fit."""

    zh = "“{field}”有{length}个字符，最多{limit}个。"


class ValueMalformed(Incorrect):
    """“{value}” is no {expected} (field “{field}”)."""

    zh = "字段“{field}”的值“{value}”不是{expected}。"


class DivisionNotListed(Incorrect):
    """There is no division “{code}” in the lists (field “{field}”)."""

    zh = "区划名单中没有“{code}”（字段“{field}”）。"


class PointIncomplete(Incorrect):
    """A point needs longitude (-180 to 180), latitude (-90 to 90) and how it was found; all of them or none."""

    zh = "坐标须同时有经度（-180至180）、纬度（-90至90）和来源，或全部为空。"


class PeriodReversed(Incorrect):
    """The end ({end}) must be later than the start ({start})."""

    zh = "结束日期（{end}）须晚于开始日期（{start}）。"


class ParentBelow(Incorrect):
    """“{parent}” is this institution or stands below it, so it cannot stand above it."""

    zh = "“{parent}”是本机构或其下级，不能作为上级。"


class TableUnreadable(Incorrect):
    """The file is not UTF-8 text (byte {position}). In Excel save it as “CSV UTF-8”."""

    zh = "文件不是UTF-8编码（第{position}字节）。请在Excel中另存为“CSV UTF-8”。"


class TableHeaderWrong(Incorrect):
    """The first line must name the columns. Missing: {missing}. Not known: {unknown}."""

    zh = "首行须为列名。缺少：{missing}。无法识别：{unknown}。"


class CursorUnreadable(Incorrect):
    """The place in the list cannot be read. Begin again at the first page."""

    zh = "无法识别列表位置，请从第一页重新开始。"


class RepeatedInFile(Incorrect):
    """The code “{code}” stands in line {line} already."""

    zh = "代码“{code}”在第{line}行已出现。"


class NotYourOrganization(Forbidden):
    """You may not change entries of this institution. Its own registrar, or the bureau above it, may."""

    zh = "您不能修改该机构的信息，请由该机构或其上级管理部门修改。"
