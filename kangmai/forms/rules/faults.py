"""The faults an answer can have, in both languages: what is wrong and how to mend it."""

from collections.abc import Mapping
from enum import Enum

from kangmai.forms.types import Fault, FaultKind, Item


class Wrong(Enum):
    """What may be wrong: Chinese and English, over the item's title and further words."""

    MISSING = ("请填写“{title}”。", "Fill in “{title}”.")
    NOT_A_NUMBER = (
        "“{title}”应填写数字，例如 {example}。",
        "“{title}” must be a number, such as {example}.",
    )
    NOT_WHOLE = ("“{title}”应填写整数。", "“{title}” must be a whole number.")
    TOO_FINE = (
        "“{title}”最多保留 {decimals} 位小数。",
        "“{title}” takes {decimals} decimal place(s) at most.",
    )
    NOT_A_DAY = (
        "“{title}”应填写日期，例如 2026-05-02。",
        "“{title}” must be a date, such as 2026-05-02.",
    )
    NOT_YES_OR_NO = ("“{title}”请选择“是”或“否”。", "Answer “{title}” with yes or no.")
    NO_SUCH_OPTION = (
        "“{title}”请从列出的选项中选择。",
        "Choose one of the options listed for “{title}”.",
    )
    STANDS_ALONE = (
        "“{title}”选择“{option}”时不能再选其他项。",
        "In “{title}”, “{option}” cannot stand beside other options: keep one or the other.",
    )
    TOO_LONG = (
        "“{title}”最多 {most} 个字，请缩短。",
        "“{title}” takes {most} characters at most: shorten it.",
    )
    SEVERAL = ("“{title}”只能填写一个。", "Give one answer to “{title}”.")
    TOO_MANY_ROWS = ("“{title}”最多填写 {most} 条。", "“{title}” takes {most} rows at most.")
    OUTSIDE = (
        "“{title}”应为 {range}，请核对后重新填写。",
        "“{title}” must be {range}. Check the reading and enter it again.",
    )
    UNUSUAL = (
        "“{title}”不在常见范围（{range}）内，请核对；确认无误后再提交。",
        "“{title}” is outside the usual range ({range}). Check it; if it is right, confirm it and save again.",
    )
    IN_FUTURE = (
        "“{title}”不能晚于今天（{today}）。",
        "“{title}” cannot be later than today ({today}).",
    )
    BEFORE_BIRTH = (
        "“{title}”早于该居民的出生日期，请核对日期和居民。",
        "“{title}” lies before the resident's birth. Check the date, and that this is the right resident.",
    )
    AFTER_DEATH = (
        "“{title}”晚于登记的死亡日期，请核对日期和居民。",
        "“{title}” lies after the registered death. Check the date, and that this is the right resident.",
    )
    WRONG_AGE = (
        "该表单适用于{audience}的居民，测量当日年龄不符；请改用相应年龄的表单，或核对日期和居民。",
        "This form is for residents {audience}; on that day the resident was not. Use the form of that age, or check the date and the resident.",
    )
    WRONG_SEX = (
        "该表单不适用于该性别的居民，请核对居民。",
        "This form is not for residents of that sex. Check that this is the right resident.",
    )
    NO_SUCH_ITEM = (
        "表单中没有“{name}”这一项，请删除。",
        "The form has no item “{name}”: leave it out.",
    )


def refused(wrong: Wrong, item: Item, place: str, **words: object) -> Fault:
    """A fault that must be mended; `words` are the same in both languages."""
    return said(wrong, item, place, zh=words, en=words)


def said(
    wrong: Wrong, item: Item, place: str, *, zh: Mapping[str, object], en: Mapping[str, object]
) -> Fault:
    """A fault that must be mended, whose words differ between the languages."""
    text_zh, text_en = wrong.value
    return Fault(
        link_id=item.link_id,
        place=place,
        kind=FaultKind.REFUSED,
        zh=text_zh.format(title=item.title["zh"], **zh),
        en=text_en.format(title=item.title["en"], **en),
        is_missing=wrong is Wrong.MISSING,
    )
