"""What the store refuses.

Incorrect
├── MalformedJson        not JSON at all
├── InvalidResource      JSON, but not that FHIR resource
├── UnknownType
├── WrongType            body and address name different types
├── WrongId              body and address name different ids
└── UnresolvedReference
NotFound
├── ResourceNotFound     never existed, or not for this actor
└── VersionNotFound
Conflict
├── ResourceGone         deleted
├── VersionConflict      changed since the version named by If-Match
├── ManyMatches          a condition that must name one resource names several
└── DuplicateInTransaction
Unsupported
├── IdNotYours           PUT to an id the source may not choose
└── ReadOnlyProjection   the master row is kept by another room
"""

from kangmai.kernel.errors import (
    Busy,
    Conflict,
    Fault,
    Incorrect,
    KangmaiError,
    NotFound,
    Unsupported,
)
from kangmai.records.fhir.definitions import earlier_versions


class MalformedJson(Incorrect):
    """This is not JSON: {reason} (line {line}, column {column})."""

    zh = "不是有效的 JSON：{reason}（第 {line} 行，第 {column} 列）。"


class NotUtf8(Incorrect):
    """The text is not UTF-8 (byte {position}). Convert the file from its encoding (GBK?) to UTF-8 first."""

    zh = "文本不是 UTF-8 编码（第 {position} 字节）。请先将文件（可能是 GBK）转为 UTF-8。"


class InvalidResource(Incorrect):
    """The resource is not valid: {count} problem(s), the first at {expression}: {first}"""

    zh = "资源无效：{count} 处问题，第一处在 {expression}：{first}"

    def __init__(self, *, issues: tuple, operation: int = 0) -> None:
        self.issues = issues
        self.operation = operation
        first = issues[0]
        super().__init__(count=len(issues), expression=first.expression, first=first.message)


class UnknownType(Incorrect):
    """There is no FHIR R4 resource type '{type}'{hint}."""

    zh = "FHIR R4 没有资源类型“{type}”{hint_zh}。"

    def __init__(self, *, type: str) -> None:
        version = earlier_versions().get(type, {}).get("")
        hint = f"; {version} had it: convert the record to R4 first" if version else ""
        hint_zh = f"，它属于 {version}，请先转换为 R4" if version else ""
        super().__init__(type=type, hint=hint, hint_zh=hint_zh)


class WrongType(Incorrect):
    """The address says {address}, the body says {body}."""

    zh = "地址中的类型是 {address}，内容中的类型是 {body}。"


class WrongId(Incorrect):
    """The address says id '{address}', the body says '{body}'."""

    zh = "地址中的 id 是“{address}”，内容中的 id 是“{body}”。"


class UnresolvedReference(Incorrect):
    """The reference '{reference}' points to nothing in this transaction or in the store."""

    zh = "引用“{reference}”在本事务和库中都找不到目标。"


class ResourceNotFound(NotFound):
    """{type}/{id} does not exist, or is not for you to see."""

    zh = "{type}/{id} 不存在，或您无权查看。"


class VersionNotFound(NotFound):
    """{type}/{id} has no version {version}."""

    zh = "{type}/{id} 没有版本 {version}。"


class ResourceGone(Conflict):
    """{type}/{id} was deleted."""

    zh = "{type}/{id} 已被删除。"


class VersionConflict(Conflict):
    """{type}/{id} is now at version {current}, not {expected}: read it again and repeat your change."""

    zh = "{type}/{id} 当前版本为 {current}，而不是 {expected}：请重新读取后再修改。"


class ManyMatches(Conflict):
    """The condition '{condition}' must name one {type} and names several."""

    zh = "条件“{condition}”应只对应一个 {type}，实际对应多个。"


class DuplicateInTransaction(Incorrect):
    """{type}/{id} stands in this transaction more than once."""

    zh = "{type}/{id} 在同一事务中出现多次。"


class IdNotYours(Unsupported):
    """Ids are given by the server: {type}/{id} does not exist and '{source}' may not choose this id. Use POST, or a conditional PUT."""

    zh = "资源 id 由服务器分配：{type}/{id} 不存在，“{source}”不能自定该 id。请用 POST 或条件更新。"


class ReadOnlyProjection(Unsupported):
    """{type}/{id} shows a master row that Kangmai keeps elsewhere and cannot be changed through FHIR."""

    zh = "{type}/{id} 由康脉主数据生成，不能通过 FHIR 修改。"


class EmptyCondition(Incorrect):
    """A conditional operation on {type} needs at least one search criterion."""

    zh = "对 {type} 的条件操作至少需要一个检索条件。"


class Overloaded(Busy):
    """Too many writes at once; this one was not started. Repeat it in a few seconds."""

    zh = "写入过多，本次未执行，请几秒后重试。"


class ReasonNeeded(Incorrect):
    """Say on what ground it is erased: the reason is kept in the audit trail."""

    zh = "请说明清除的依据，该依据将保留在审计记录中。"


class PurgeTooLarge(Conflict):
    """More than {most} resources would be erased at once. Erase some of them first, one by one."""

    zh = "一次清除超过 {most} 个资源，请先逐个清除其中一部分。"


class ProfileBroken(InvalidResource):
    """The resource is not what the profile it claims asks: {count} problem(s), the first at {expression}: {first}"""

    zh = "资源不符合其声明的规范：{count} 处问题，第一处在 {expression}：{first}"


class PurgeIncomplete(Fault):
    """{rows} rows would have been left, so nothing was erased."""

    zh = "清除后仍有 {rows} 行残留，因此未清除任何内容。"


class OperationFailed(KangmaiError):
    """Operation {position} of the transaction ({verb} {type}) failed, so nothing was stored: {reason}"""

    zh = "事务中第 {position} 项（{verb} {type}）失败，全部未保存：{reason}"

    def __init__(self, *, position: int, verb: str, type: str, cause: KangmaiError) -> None:
        self.cause = cause
        self.position = position
        self.category = cause.category  # type: ignore[misc]
        super().__init__(position=position, verb=verb, type=type, reason=str(cause))

    def message(self, language: str) -> str:
        reason = self.cause.message(language)
        template = (
            self.zh if language.startswith("zh") else " ".join((type(self).__doc__ or "").split())
        )
        return template.format_map({**self.details, "reason": reason})
