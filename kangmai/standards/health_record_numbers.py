"""The 17 digits of a resident's health record: county 6, town 3, village 3, serial 5.

Source: 国家基本公共卫生服务规范（第三版）2017, 居民健康档案管理服务规范, note on the record number.
"""

from dataclasses import dataclass

from kangmai.standards.errors import HealthRecordNumberIncorrect


@dataclass(frozen=True, slots=True)
class HealthRecordNumber:
    """A record number taken apart; `village` is the 12-digit division code in front of the serial."""

    village: str
    serial: int

    def __str__(self) -> str:
        return f"{self.village}{self.serial:05d}"


def parse_health_record_number(text: str) -> HealthRecordNumber:
    """Read a record number; spaces and dashes are forgiven. Raises HealthRecordNumberIncorrect."""
    digits = "".join(text.split()).replace("-", "")
    if len(digits) != 17 or not (digits.isascii() and digits.isdigit()):
        raise HealthRecordNumberIncorrect()
    return make_health_record_number(village=digits[:12], serial=int(digits[12:]))


def make_health_record_number(*, village: str, serial: int) -> HealthRecordNumber:
    """The record number of a village and a serial of 1 to 99999. Raises HealthRecordNumberIncorrect."""
    well_formed = len(village) == 12 and village.isascii() and village.isdigit()
    if not well_formed or not 1 <= serial <= 99_999:
        raise HealthRecordNumberIncorrect()
    return HealthRecordNumber(village=village, serial=serial)
