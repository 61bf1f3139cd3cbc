"""What can be wrong with a deed of the watchdog."""

from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound


class FindingNotFound(NotFound):
    """There is no such finding, or it is outside your area."""

    zh = "没有这条核查线索，或不在您的管辖范围内。"


class FindingClosed(Conflict):
    """This finding is closed already."""

    zh = "该核查线索已经办结。"


class AnswerUnknown(Incorrect):
    """'{answer}' is no answer here. Choose one of {known}."""

    zh = "没有“{answer}”这种答复，可选：{known}。"


class NoteMissing(Incorrect):
    """Say in a sentence how it came to this, without naming anybody."""

    zh = "请用一句话说明情况（不写姓名）。"


class OwnFinding(Forbidden):
    """This finding is about your own institution; somebody else's quality control closes it."""

    zh = "这条线索涉及您所在的机构，须由其他质控人员办结。"


class FormatUnknown(NotFound):
    """The list is not made as '{format}'; there are csv and xlsx."""

    zh = "列表没有“{format}”格式，可用 csv、xlsx。"
