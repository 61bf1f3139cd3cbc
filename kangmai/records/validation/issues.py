"""What a validator finds: a fault with its place in the resource, in English and Chinese.

Each finding has a name; its sentences stand in one table, so that both languages stay together.
`code` is a code of http://hl7.org/fhir/issue-type. Sentences may repeat names, types and codes of
the input, shortened, never free text or numbers that could be personal.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave an issue is, as OperationOutcome names it."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding; `expression` is a FHIRPath that leads to the place, such as `Patient.name[0].use`."""

    severity: Severity
    code: str
    expression: str
    message: str
    message_zh: str
    rule: str

    @property
    def is_error(self) -> bool:
        """Whether the resource may not be stored with it."""
        return self.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    en: str
    zh: str
    severity: Severity = Severity.ERROR


def _warning(code: str, en: str, zh: str) -> _Rule:
    return _Rule(code, en, zh, Severity.WARNING)


RULES = {
    "not-a-resource": _Rule(
        "structure",
        "A resource is a JSON object with a resourceType.",
        "资源必须是带有 resourceType 的 JSON 对象。",
    ),
    "unknown-type": _Rule(
        "not-supported",
        "FHIR R4 has no resource type {name}.",
        "FHIR R4 没有资源类型 {name}。",
    ),
    "earlier-type": _Rule(
        "not-supported",
        "{name} is a resource type of {version}, not of R4; convert the record to R4 first.",
        "{name} 是 {version} 的资源类型，R4 中没有；请先转换为 R4。",
    ),
    "unknown-element": _Rule(
        "structure",
        "{type} has no element {name} in FHIR R4.",
        "FHIR R4 的 {type} 没有元素 {name}。",
    ),
    "earlier-element": _Rule(
        "structure",
        "{name} is an element of {type} in {version}, not in R4; convert the record to R4 first.",
        "{name} 是 {version} 中 {type} 的元素，R4 中没有；请先转换为 R4。",
    ),
    "earlier-code": _Rule(
        "structure",
        "{type}.{name} is a CodeableConcept in R4; a plain code is the form of {version}.",
        "R4 中 {type}.{name} 是 CodeableConcept；单个代码是 {version} 的写法。",
    ),
    "missing": _Rule("required", "{name} is required.", "缺少必填元素 {name}。"),
    "too-few": _Rule(
        "required", "{name} is needed at least {minimum} times.", "{name} 至少需要 {minimum} 个。"
    ),
    "too-many": _Rule(
        "structure", "{name} is allowed {maximum} times at most.", "{name} 最多允许 {maximum} 个。"
    ),
    "not-a-list": _Rule(
        "structure", "{name} may repeat, so it must be a JSON array.", "{name} 可重复，必须是 JSON 数组。"
    ),
    "is-a-list": _Rule(
        "structure", "{name} may not repeat, so it must not be a JSON array.", "{name} 不可重复，不能是 JSON 数组。"
    ),
    "halves": _Rule(
        "structure",
        "_{name} must be a JSON array as long as {name}.",
        "_{name} 必须是与 {name} 等长的 JSON 数组。",
    ),
    "empty": _Rule(
        "structure",
        "An empty {kind} is not allowed: leave the element out.",
        "不允许空的 {kind}：请省略该元素。",
    ),
    "null": _Rule(
        "structure",
        "null is only allowed in an array of primitive values beside an extension.",
        "null 只能出现在带扩展的基本类型数组中。",
    ),
    "wrong-json": _Rule(
        "structure",
        "A {type} is written as a JSON {wanted}, not a {found}.",
        "{type} 应写作 JSON {wanted}，而不是 {found}。",
    ),
    "bad-value": _Rule(
        "value", "This is not a valid {type}: {hint}.", "不是有效的 {type}：{hint_zh}。"
    ),
    "impossible-date": _Rule(
        "value", "There is no such day or time in the calendar.", "日历中没有这一天或时间。"
    ),
    "choice": _Rule(
        "structure", "Only one of {names} is allowed.", "{names} 只能出现一个。"
    ),
    "code": _Rule(
        "code-invalid",
        "{code} is not a code of the required value set {value_set}.",
        "{code} 不在必须使用的值集 {value_set} 中。",
    ),
    "no-code": _Rule(
        "code-invalid",
        "One coding must be from the required value set {value_set}.",
        "必须有一个编码来自值集 {value_set}。",
    ),
    "reference-type": _Rule(
        "value",
        "A reference to {found} is not allowed here, only to {allowed}.",
        "此处不能引用 {found}，只能引用 {allowed}。",
    ),
    "reference-form": _Rule(
        "value",
        "A relative reference has the form Type/id.",
        "相对引用的形式应为 类型/id。",
    ),
    "reference-contained": _Rule(
        "value",
        "No contained resource has this id.",
        "没有这个 id 的内含资源。",
    ),
    "nested-contained": _Rule(
        "invariant",
        "A contained resource may not contain others (dom-2).",
        "内含资源不能再包含其他资源（dom-2）。",
    ),
    "extension-both": _Rule(
        "invariant",
        "An extension has either a value or extensions, and not both (ext-1).",
        "扩展必须且只能有值或子扩展之一（ext-1）。",
    ),
    "narrative": _Rule(
        "value",
        "The narrative must be one XHTML div without scripts, forms or event attributes (txt-1).",
        "叙述必须是单个 XHTML div，不含脚本、表单或事件属性（txt-1）。",
    ),
    "too-deep": _Rule(
        "too-long",
        "The resource is nested more than {limit} levels deep.",
        "资源嵌套超过 {limit} 层。",
    ),
    "unknown-system": _warning(
        "not-found",
        "The code system {system} is not known here, so its code was not checked.",
        "此处没有代码系统 {system}，其代码未经核对。",
    ),
    "profile-unknown": _Rule(
        "not-found", "The profile {url} is not loaded.", "未加载规范 {url}。"
    ),
    "profile-type": _Rule(
        "structure",
        "The profile is for {wanted}, the resource is a {found}.",
        "该规范用于 {wanted}，而资源是 {found}。",
    ),
    "profile-minimum": _Rule(
        "required",
        "The profile {url} asks for at least {minimum} of {name}, here are {found}.",
        "规范 {url} 要求 {name} 至少 {minimum} 个，此处为 {found} 个。",
    ),
    "profile-maximum": _Rule(
        "structure",
        "The profile {url} allows at most {maximum} of {name}, here are {found}.",
        "规范 {url} 最多允许 {name} {maximum} 个，此处为 {found} 个。",
    ),
    "profile-value": _Rule(
        "value",
        "The profile {url} fixes another value for {name}.",
        "规范 {url} 为 {name} 规定了其他值。",
    ),
    "profile-type-choice": _Rule(
        "value",
        "The profile {url} does not allow {found} for {name}.",
        "规范 {url} 不允许 {name} 使用 {found}。",
    ),
    "profile-binding": _Rule(
        "code-invalid",
        "The profile {url} asks for a code of {value_set} in {name}.",
        "规范 {url} 要求 {name} 使用值集 {value_set} 中的代码。",
    ),
    "profile-slice": _Rule(
        "structure",
        "The profile {url} allows only its own slices of {name}.",
        "规范 {url} 的 {name} 只允许其规定的切片。",
    ),
    "profile-invariant": _Rule(
        "invariant", "{key}: {human}", "{key}：{human}"
    ),
    "json": _Rule("invalid", "This is not JSON: {reason}.", "不是有效的 JSON：{reason}。"),
    "xml": _Rule("structure", "{reason}", "{reason_zh}"),
    "encoding": _Rule(
        "invalid",
        "The text is not UTF-8 (byte {byte}); {hint}.",
        "文本不是 UTF-8（第 {byte} 字节）；{hint_zh}。",
    ),
    "duplicate-key": _Rule(
        "structure", "The name {name} occurs twice in one object.", "同一对象中名称 {name} 出现两次。"
    ),
    "number-range": _Rule(
        "value", "The number is too large to be kept.", "数字过大，无法保存。"
    ),
}  # fmt: skip


def issue(rule: str, expression: str, **details: object) -> Issue:
    """The issue of a rule at a place; `details` fill its sentences."""
    entry = RULES[rule]
    shown = {name: _shown(value) for name, value in details.items()}
    en, zh = entry.en.format_map(shown), entry.zh.format_map(shown)
    return Issue(entry.severity, entry.code, expression, en, zh, rule)


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 160 else text[:157] + "…"


def operation_outcome(issues: list[Issue]) -> dict:
    """The OperationOutcome of a validation, which says so where nothing was found."""
    if not issues:
        text = "No faults found. 未发现错误。"
        row = {"severity": "information", "code": "informational", "details": {"text": text}}
        return {"resourceType": "OperationOutcome", "issue": [row]}
    return {"resourceType": "OperationOutcome", "issue": [issue_row(each) for each in issues]}


def issue_row(found: Issue) -> dict:
    """One issue as OperationOutcome.issue: the sentence in English, then in Chinese."""
    row: dict = {
        "severity": found.severity.value,
        "code": found.code,
        "details": {
            "coding": [{"system": "urn:kangmai:validation-rule", "code": found.rule}],
            "text": found.message,
        },
        "diagnostics": found.message_zh,
    }
    if found.expression:
        row["expression"] = [found.expression]
    return row
