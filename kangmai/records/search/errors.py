"""What can be wrong with a search.

    Incorrect
    ├── UnknownResourceType   there is no such type
    ├── UnknownParameter      the type has no such parameter
    ├── UnknownModifier       the parameter does not take this modifier
    ├── BadValue              the value cannot be read
    ├── BadControl            a result parameter such as _count cannot be read
    ├── NotASortKey           results cannot be sorted by this
    ├── SealedText            a sealed person cannot be found this way
    ├── NotNarrow             nor among so many
    └── SealedAddress         a sealed address cannot be found by this beginning
    Unsupported
    └── NotSearchable         R4 has it, we do not

Details name the parameter, never its value: values may be names or identity numbers.
"""

from kangmai.kernel.errors import Incorrect, Unsupported


class UnknownResourceType(Incorrect):
    """FHIR R4 has no resource type {name} ({place})."""

    zh = "FHIR R4 没有资源类型 {name}（{place}）。"


class UnknownParameter(Incorrect):
    """{resource_type} has no search parameter {name} ({place}). Known: {known}."""

    zh = "{resource_type} 没有检索参数 {name}（{place}）。可用：{known}。"


class UnknownModifier(Incorrect):
    """The {kind} parameter {name} takes no modifier :{modifier} ({place}); it takes {known}."""

    zh = "{kind} 类型的参数 {name} 不支持修饰符 :{modifier}（{place}），可用：{known}。"


class BadValue(Incorrect):
    """The value of {place} is not right: {reason}."""

    zh = "{place} 的值有误：{reason_zh}。"


class BadControl(Incorrect):
    """{place} must be {wanted}."""

    zh = "{place} 应为 {wanted}。"


class NotASortKey(Incorrect):
    """Results cannot be sorted by {name}: {reason}."""

    zh = "不能按 {name} 排序：{reason_zh}。"


class SealedText(Incorrect):
    """{place} cannot search parts of words of people's data, which is kept sealed: search by its beginning, or whole with :exact."""

    zh = "{place}：居民信息已加密，不能按词中部分检索；请按开头检索，或用 :exact 按全文检索。"


class NotNarrow(Incorrect):
    """{place} needs a look at sealed people one by one, at most {limit}: narrow the search by other criteria, such as birthdate, organization or the beginning of a name."""

    zh = "{place} 需逐一解密居民信息，最多 {limit} 人；请用其他条件缩小范围，如出生日期、机构或姓名开头。"


class SealedAddress(Incorrect):
    """{place} searches addresses of people, which are kept sealed: give one down to a town, street or village (…镇, …街道, …社区, …村), or whole with :exact."""

    zh = "{place}：居民地址已加密，请写到乡镇、街道、社区或村为止，或用 :exact 按全文检索。"


class NotSearchable(Unsupported):
    """{place} is not supported by this server: {reason}."""

    zh = "本服务不支持 {place}：{reason_zh}。"
