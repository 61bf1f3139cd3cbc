"""What happened to a town's residents, with the flaws of real data.

Visits are missed or late, phone visits carry no reading, readings end in 0 too often, some numbers
are missing, some are the last visit's again.
"""

from kangmai.commandline.city.history.doses import vaccine_codes
from kangmai.commandline.city.history.lengths import Span
from kangmai.commandline.city.history.record import diagnosis_codes, town_history

__all__ = ["Span", "diagnosis_codes", "town_history", "vaccine_codes"]
