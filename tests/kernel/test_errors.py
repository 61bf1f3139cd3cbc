"""Named errors: their sentences in both languages, and their way through another process."""

import pickle

import pytest

from kangmai.access.errors import ScopeRefused
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.words import Words
from kangmai.records.errors import InvalidResource, OperationFailed
from kangmai.records.validation.issues import Issue, Severity

REASON = Words("没有这种资源", "there is no such type")
SCOPE = ScopeRefused(scope="system/X.r", reason=REASON)


def test_an_error_speaks_the_language_of_who_asks():
    assert SCOPE.message("zh-hans") == "授权范围“system/X.r”不被接受：没有这种资源"
    assert (
        SCOPE.message("en")
        == str(SCOPE)
        == "The scope “system/X.r” is refused: there is no such type"
    )


ISSUE = Issue(Severity.ERROR, "required", "Patient.name", "missing", "缺少", "cardinality")
FAILED = OperationFailed(position=2, verb="POST", type="Patient", cause=SCOPE)


@pytest.mark.parametrize("error", [SCOPE, InvalidResource(issues=(ISSUE,)), FAILED])
def test_an_error_comes_back_whole_from_another_process(error: KangmaiError):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.message("zh")) == (str(error), error.message("zh"))
    assert set(vars(again)) == set(vars(error))
