"""Numbers written in Chinese characters: 一万二千, 九十五点二, and tenths as 成: 七成, 九成五.

Source: GB/T 15835-2011, General rules for writing numerals in public texts (when characters may be used).
"""

from decimal import Decimal

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}  # fmt: skip
TENS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
ONES = "".join(DIGITS)
ALL = ONES + "".join(TENS) + "".join(MYRIADS)


def read_numeral(text: str) -> Decimal:
    """The value of a numeral: 一万二千 is 12,000 and so is 一万二; 二〇二三 is 2,023; 九十五点二 is 95.2."""
    whole, _, tenths = text.partition("点")
    fraction = "".join(str(DIGITS[each]) for each in tenths)
    return Decimal(f"{_whole(whole)}.{fraction}" if fraction else _whole(whole))


def read_tenths(text: str) -> Decimal:
    """The hundredths of a share in tenths: 七成 is 70, 九成五 is 95, 八成半 is 85."""
    tens, _, ones = text.partition("成")
    return read_numeral(tens) * 10 + (5 if ones == "半" else DIGITS.get(ones, 0))


def _whole(text: str) -> int:
    if not set(text) & (TENS.keys() | MYRIADS.keys()):
        return int("".join(str(DIGITS[each]) for each in text))
    total = section = digit = 0
    factor = 1
    for each in text:
        if each in DIGITS:
            digit = DIGITS[each]
            factor = factor if digit else 1
        elif each in TENS:
            section += (digit or 1) * TENS[each]
            factor, digit = TENS[each] // 10, 0
        else:
            counted = section + digit or (0 if total else 1)
            if each == "亿":  # 一万亿 is ten thousand times 亿
                total, counted = 0, total + counted
            total += counted * MYRIADS[each]
            factor, section, digit = MYRIADS[each] // 10, 0, 0
    return total + section + digit * factor
