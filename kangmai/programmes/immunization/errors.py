"""What can be wrong with a child's record before anything is forecast.

Incorrect
├── FieldMissing
├── FieldUnreadable
├── DateUnreadable
├── BirthInFuture
├── DateBeforeBirth
├── DateInFuture
└── VaccineUnknown
"""

from kangmai.kernel.errors import Incorrect


class FieldMissing(Incorrect):
    """'{field}' is missing."""

    zh = "缺少“{field}”。"


class FieldUnreadable(Incorrect):
    """'{field}' must be {wanted}."""

    zh = "“{field}”应为：{wanted}。"


class DateUnreadable(Incorrect):
    """'{field}' must be a date written YYYY-MM-DD."""

    zh = "“{field}”应为 YYYY-MM-DD 形式的日期。"


class BirthInFuture(Incorrect):
    """'birth_date' is after the day of the forecast, {on}."""

    zh = "“birth_date”晚于预测日 {on}。"


class DateBeforeBirth(Incorrect):
    """'{field}' is before the birth."""

    zh = "“{field}”早于出生日期。"


class DateInFuture(Incorrect):
    """'{field}' is after the day of the forecast, {on}."""

    zh = "“{field}”晚于预测日 {on}。"


class VaccineUnknown(Incorrect):
    """'{field}' is not the code of a vaccine. Codes: {known}"""

    zh = "“{field}”不是疫苗代码。可用代码：{known}"
