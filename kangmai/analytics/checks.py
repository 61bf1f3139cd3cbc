"""What must hold of this room's definitions beyond their schemas, and how their worked examples are worked out.

Importing this module registers the checks with the loader of definitions.
"""

from kangmai.analytics import published
from kangmai.analytics.indicators.cases import run_case
from kangmai.analytics.indicators.definition import check_indicator
from kangmai.analytics.indicators.targets import check_target
from kangmai.analytics.views import shipped
from kangmai.kernel.definitions import EVERY_ROOM, register_case_runner, register_checker

register_checker(EVERY_ROOM, published.KIND, published.check_view)
register_checker("analytics", "indicator", check_indicator)
register_checker("analytics", "target", check_target)
register_checker("analytics", shipped.KIND, shipped.check_view_definition)
register_case_runner("analytics", "indicator", run_case)
register_case_runner("analytics", shipped.KIND, shipped.run_case)
