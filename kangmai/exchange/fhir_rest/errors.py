"""What the door itself refuses, before any room is asked."""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound, Unsupported


class NotAuthenticated(Forbidden):
    """A valid bearer token is needed: {reason}"""

    zh = "需要有效的访问令牌：{reason}"


class TooLarge(Incorrect):
    """The body is larger than {limit_mb} MB. Send it in parts, or use bulk import."""

    zh = "请求内容超过 {limit_mb} MB。请分批发送，或使用批量导入。"


class NotAcceptable(Incorrect):
    """The format '{format}' is not available here; application/fhir+json and application/fhir+xml are."""

    zh = "不支持格式“{format}”，请使用 application/fhir+json 或 application/fhir+xml。"


class WrongMediaType(Incorrect):
    """The body is said to be '{format}'; send {wanted}."""

    zh = "请求内容格式为“{format}”，请使用 {wanted}。"


class MethodNotAllowed(Unsupported):
    """{method} is not possible at {path}; {allowed} is."""

    zh = "{path} 不支持 {method}，可用：{allowed}。"


class NoSuchAddress(NotFound):
    """There is nothing at {path}."""

    zh = "地址 {path} 不存在。"


class NotABundle(Incorrect):
    """The base accepts a Bundle of type transaction or batch; this is {found}."""

    zh = "此地址只接受 transaction 或 batch 类型的 Bundle，收到的是 {found}。"


class BadEntry(Incorrect):
    """Entry {position} of the Bundle cannot be carried out: {reason}"""

    zh = "Bundle 的第 {position} 项无法执行：{reason}"


class SourceNotFound(NotFound):
    """sourceIdentifier Patient Identifier not found."""

    zh = "sourceIdentifier：没有患者使用该标识。"


class SourceSystemUnknown(Incorrect):
    """sourceIdentifier Assigning Authority not found: {system}"""

    zh = "sourceIdentifier：标识系统未知：{system}"


class TargetSystemUnknown(Forbidden):
    """targetSystem not found: {system}"""

    zh = "targetSystem：标识系统未知：{system}"


class IdentifierShared(Conflict):
    """This identifier stands with several residents; a person must decide whose it is."""

    zh = "该标识登记在多名居民名下，须由人工确认归属。"
