"""Who may open which page: everybody else is refused, and a visitor is sent to the login."""

import pytest

RESIDENT = "/residents/0000000000018/"
STRANGER = "/residents/0000000000034/"
LOGINS = ("admin", "officer", "village", "clinician", "elsewhere", "liang")

#                                 admin officer village clinician elsewhere liang
MATRIX = {
    "/": (200, 200, 200, 200, 200, 200),
    "/inbox/": (200, 200, 200, 200, 200, 200),
    "/inbox/channels/": (200, 200, 200, 200, 200, 200),
    "/deadlines/": (403, 200, 200, 200, 200, 403),
    "/deadlines/on-time/": (403, 200, 403, 403, 403, 403),
    "/handover/": (403, 200, 200, 200, 200, 403),
    "/handover/list.csv": (403, 200, 200, 200, 200, 403),
    "/handover/files/": (403, 403, 200, 200, 200, 403),
    "/tables/": (403, 403, 403, 200, 403, 403),
    "/outbound-messages/": (200, 403, 403, 403, 403, 403),
    "/institutions/": (200, 200, 200, 200, 200, 200),
    "/institutions/2/": (200, 200, 200, 200, 200, 200),
    "/forms/": (200, 200, 200, 200, 200, 200),
    "/forms/hypertension_followup/2017-02-28/": (200, 200, 200, 200, 200, 200),
    "/residents/": (403, 403, 200, 200, 200, 403),
    RESIDENT: (403, 403, 200, 404, 404, 200),
    f"{RESIDENT}older/": (403, 403, 200, 404, 404, 200),
    "/residents/new/": (403, 403, 200, 200, 200, 403),
    "/matching/": (403, 403, 403, 403, 403, 403),
    f"{RESIDENT}merges/": (403, 403, 403, 403, 403, 403),
    STRANGER: (403, 403, 404, 404, 200, 403),
    f"{RESIDENT}ledger/": (200, 403, 403, 403, 403, 200),
    f"{RESIDENT}numbers/": (403, 403, 200, 404, 404, 403),
    "/corrections/": (403, 403, 200, 200, 200, 403),
    "/my-corrections/": (403, 403, 403, 403, 403, 200),
    "/my-ledger/": (403, 403, 403, 403, 403, 200),
    "/my-vaccinations/": (403, 403, 403, 403, 403, 200),
    "/my-vaccinations/certificate.pdf": (403, 403, 403, 403, 403, 200),
    "/follow-ups/": (403, 403, 200, 403, 200, 403),
    "/health-records/": (403, 403, 200, 403, 200, 403),
    "/health-records/list.csv": (403, 403, 200, 403, 200, 403),
    f"{RESIDENT}health-record/": (403, 403, 200, 403, 404, 403),
    "/kit/": (403, 403, 200, 403, 200, 403),
    "/kits/": (200, 403, 403, 403, 403, 403),
    "/my-work/": (403, 403, 200, 403, 200, 403),
    "/my-work/list.xlsx": (403, 403, 200, 403, 200, 403),
    "/work-checks/": (403, 403, 200, 403, 200, 403),
    "/service-points/": (403, 200, 200, 403, 200, 403),
    "/service-points/list.csv": (403, 200, 200, 403, 200, 403),
    "/activities/": (403, 200, 200, 403, 200, 403),
    "/activities/new/": (403, 403, 200, 403, 200, 403),
    f"{RESIDENT}enrol/": (403, 403, 200, 403, 404, 403),
    "/accounts/": (200, 403, 403, 403, 403, 403),
    "/accounts/1/": (200, 403, 403, 403, 403, 403),
    "/accounts/new/": (200, 403, 403, 403, 403, 403),
    "/programs/": (200, 403, 403, 403, 403, 403),
    "/programs/new/": (200, 403, 403, 403, 403, 403),
    "/emergency/": (403, 200, 403, 403, 403, 403),
    "/audit/": (200, 403, 403, 403, 403, 403),
    "/feed/": (200, 403, 403, 403, 403, 403),
    "/health/": (200, 403, 403, 403, 403, 403),
}


@pytest.mark.parametrize("login", LOGINS)
def test_pages_open_for_those_who_may(enter, login):
    client = enter(login)
    found = {path: client.get(path).status_code for path in MATRIX}
    assert found == {path: statuses[LOGINS.index(login)] for path, statuses in MATRIX.items()}


@pytest.mark.parametrize("path", MATRIX)
def test_visitors_are_sent_to_the_login(enter, path):
    answer = enter().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=")


def test_a_background_request_of_a_visitor_is_401(enter):
    answer = enter().post("/search/suggestions/", {"text": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401


def test_navigation_shows_only_what_is_open(enter):
    for login, hidden in (
        ("village", "/accounts/"),
        ("admin", "/residents/"),
        ("liang", "/audit/"),
    ):
        assert f'href="{hidden}"' not in enter(login).get("/").content.decode()


def test_a_refusal_names_the_permission_in_words(enter):
    assert (
        "“查找居民”权限" in enter("admin", language="zh-hans").get("/residents/").content.decode()
    )


def test_feed_is_not_touched_by_those_who_may_not(enter):
    assert enter("village").post("/feed/1/", {"do": "dismiss"}).status_code == 403
    assert enter("admin").post("/feed/1/", {"do": "dismiss"}).status_code == 404
    assert enter("admin").post("/feed/1/", {"do": "burn"}).status_code == 400


def test_index_number_with_a_slip_names_nobody(enter):
    assert enter("elsewhere").get("/residents/0000000000019/").status_code == 404
