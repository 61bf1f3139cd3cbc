"""What can go wrong in `standards`. No message repeats the number or the name it is about.

Incorrect
├── IdentityNumberIncorrect
│   ├── IdentityNumberLengthWrong
│   ├── IdentityNumberCharactersWrong
│   ├── CheckCharacterWrong
│   ├── BirthDateImpossible
│   └── BirthInFuture
├── DocumentNumberMissing
├── DocumentNumberUnlikely
├── DocumentKindWrong
├── CreditCodeIncorrect
├── HealthRecordNumberIncorrect
├── DivisionCodeIncorrect
├── PeriodIncorrect
├── LunarDateIncorrect
├── TelephoneIncorrect
└── UnitsIncompatible
NotFound
├── CityUnknown
├── DivisionUnknown
├── CodeSetUnknown
└── CodeUnknown
"""

from kangmai.kernel.errors import Incorrect, NotFound


class IdentityNumberIncorrect(Incorrect):
    """The identity number is not correct."""

    zh = "证件号码不正确。"


class IdentityNumberLengthWrong(IdentityNumberIncorrect):
    """An identity number has 18 characters (15 before 1999); this one has {length}."""

    zh = "身份证号码应为18位（旧号15位），此号为{length}位。"


class IdentityNumberCharactersWrong(IdentityNumberIncorrect):
    """An identity number has digits only, and may end in X; character {place} is neither."""

    zh = "身份证号码只能是数字，末位可为X；第{place}位不符。"


class CheckCharacterWrong(IdentityNumberIncorrect):
    """The last character does not agree with the others: one of them was mistyped."""

    zh = "校验码不符：号码中有一位输入有误。"


class BirthDateImpossible(IdentityNumberIncorrect):
    """The birth date inside the identity number is no day of the calendar."""

    zh = "身份证号码中的出生日期不存在。"


class BirthInFuture(IdentityNumberIncorrect):
    """The birth date inside the identity number is after {on}."""

    zh = "身份证号码中的出生日期晚于{on}。"


class DocumentNumberMissing(Incorrect):
    """The number of the document is missing."""

    zh = "缺少证件号码。"


class DocumentNumberUnlikely(Incorrect):
    """No document has such a number: an identity number has 18 characters, a passport or permit 6 to 20 with at least four digits."""

    zh = "没有这样的证件号码：身份证号码为18位，护照、通行证等为6至20位且至少含四位数字。"


class DocumentKindWrong(Incorrect):
    """The number is sound, but it belongs to a document of kind {found}, not {given}."""

    zh = "号码有效，但属于证件类别{found}，而不是{given}。"


class CreditCodeIncorrect(Incorrect):
    """A unified social credit code has 18 characters, without I, O, S, V and Z, and a right check character."""

    zh = "统一社会信用代码应为18位（不含I、O、S、V、Z），且校验码须正确。"


class HealthRecordNumberIncorrect(Incorrect):
    """A health record number has 17 digits: county 6, town 3, village 3, serial 5 (from 00001)."""

    zh = "居民健康档案编号应为17位数字：县6位、乡镇3位、村3位、序号5位（自00001起）。"


class DivisionCodeIncorrect(Incorrect):
    """“{code}” is no division code: it has 2, 4, 6, 9 or 12 digits, or 14 for a grid."""

    zh = "“{code}”不是区划代码：应为2、4、6、9或12位数字，网格为14位。"


class PeriodIncorrect(Incorrect):
    """“{text}” is no period: write 2025, 2025Q1, 2025-03, 2025-W10, 2025-03-01 or 2025-03-01/2025-04-01."""

    zh = (
        "“{text}”不是时段：请写2025、2025Q1、2025-03、2025-W10、2025-03-01或2025-03-01/2025-04-01。"
    )


class LunarDateIncorrect(Incorrect):
    """There is no such day in the lunar calendar: year {year}, month {month}, day {day}."""

    zh = "农历没有这一天：{year}年{month}月{day}日。"


class TelephoneIncorrect(Incorrect):
    """This is no telephone number of mainland China, and none that begins with + and a country code."""

    zh = "不是中国内地电话号码，也不是以+国家代码开头的号码。"


class UnitsIncompatible(Incorrect):
    """There is no conversion of {quantity} from {given} to {wanted}."""

    zh = "{quantity}不能由{given}换算为{wanted}。"


class CityUnknown(NotFound):
    """There are no divisions of “{code}” here; there are those of {known}."""

    zh = "没有“{code}”的区划数据；现有{known}。"


class DivisionUnknown(NotFound):
    """There is no division “{code}” in the lists."""

    zh = "区划名单中没有“{code}”。"


class CodeSetUnknown(NotFound):
    """There is no code set “{code_set}”."""

    zh = "没有代码表“{code_set}”。"


class CodeUnknown(NotFound):
    """There is no code “{code}” in the code set “{code_set}”."""

    zh = "代码表“{code_set}”中没有代码“{code}”。"
