"""What lists of health records refuse.

Incorrect
└── RecordCursorUnreadable
"""

from kangmai.kernel.errors import Incorrect


class RecordCursorUnreadable(Incorrect):
    """This place in the list of records is not one that was given out. Begin again at its first page."""

    zh = "档案列表的位置无效，请从第一页重新开始。"
