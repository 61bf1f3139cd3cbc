"""The worklist: who is on it, in what order, narrowed how, for whom; as a file."""

import csv
import io

import pytest

URGENT_FIRST = ["陈伟强", "李少芬", "何桂芳", "谭国权", "梁秀英", "黄炳坤"]


def names(page: str) -> list[str]:
    """The residents of a list in their order."""
    rows = page.split('<th scope="row"><a href="/programmes/enrolments/')[1:]
    return [row.split(">", 1)[1].split("<", 1)[0] for row in rows]


def test_the_uncontrolled_come_first_then_who_waits_longest(enter, served):
    assert names(enter("village").get("/follow-ups/").content.decode()) == URGENT_FIRST


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("overdue", ["李少芬"]),
        ("due", ["何桂芳", "谭国权", "梁秀英"]),
        ("due_soon", ["陈伟强", "黄炳坤"]),
        ("suspected", ["罗志坚"]),
        ("transfers", []),
        ("lost", []),
    ],
)
def test_tabs_show_their_part(enter, served, show, expected):
    assert names(enter("village").get(f"/follow-ups/?show={show}").content.decode()) == expected


def test_tabs_count_what_they_show(enter, served):
    page = enter("village").get("/follow-ups/").content.decode()
    for label, count in (("Overdue", 1), ("Due", 3), ("Due soon", 2), ("Suspected", 1)):
        assert f'{label} <span class="tab-count' in page
        assert f">{count}</span>" in page.split(f'{label} <span class="tab-count')[1][:40]


def test_a_neighbour_sees_his_own_and_nobody_else(enter, served):
    page = enter("elsewhere").get("/follow-ups/?show=all").content.decode()
    assert names(page) == ["冯文静"]


@pytest.mark.parametrize("login", ["liang", "admin", "clinician"])
def test_others_have_no_worklist(enter, served, login):
    client = enter(login)
    assert client.get("/follow-ups/").status_code == 403
    assert client.get("/follow-ups/list.csv").status_code == 403
    assert 'href="/follow-ups/"' not in client.get("/").content.decode()


def test_a_name_is_found_by_characters_and_initials_and_never_in_an_address(enter, served):
    client = enter("village")
    for text in ("梁秀", "lxy"):
        page = client.post("/follow-ups/", {"text": text}).content.decode()
        assert names(page) == ["梁秀英"]
        assert "text=" not in page
    assert "Nobody fits" in client.post("/follow-ups/", {"text": "张三丰"}).content.decode()


def test_background_search_answers_with_the_list_alone(enter, served):
    answer = enter("village").post("/follow-ups/", {"text": "lsf"}, headers={"HX-Request": "true"})
    assert names(answer.content.decode()) == ["李少芬"]
    assert "<html" not in answer.content.decode()


def test_a_filter_is_kept_in_addresses(enter, served):
    page = enter("village").get("/follow-ups/?show=due&place=441202001002").content.decode()
    assert "/follow-ups/list.csv?show=due&amp;place=441202001002" in page
    assert names(page) == ["何桂芳", "谭国权", "梁秀英"]
    elsewhere = enter("village").get("/follow-ups/?place=441203101").content.decode()
    assert "Nobody fits" in elsewhere


@pytest.mark.parametrize(
    "query", ["show=x", "organization=x", "staff=999999999999999999999", "place=%27", "priority=9"]
)
def test_what_cannot_be_understood_in_an_address_is_left_out(enter, served, query):
    assert names(enter("village").get(f"/follow-ups/?{query}").content.decode()) == URGENT_FIRST


def test_a_strange_place_in_the_list_is_refused(enter, served):
    assert enter("village").get("/follow-ups/?after=nonsense").status_code == 400


def test_the_list_as_csv_has_every_line_and_no_formula(enter, served):
    answer = enter("village").get("/follow-ups/list.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows] == ["Name", *URGENT_FIRST]
    assert "13912345678" not in text
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize(("format", "start"), [("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_the_list_as_a_document(enter, served, format, start):
    answer = enter("village").get(f"/follow-ups/list.{format}")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(start)


def test_an_unknown_format_is_not_found(enter, served):
    assert enter("village").get("/follow-ups/list.exe").status_code == 404


def test_home_shows_numbers_and_the_next_five(enter, served):
    page = enter("village").get("/").content.decode()
    for name in URGENT_FIRST[:5]:
        assert name in page
    assert URGENT_FIRST[5] not in page
    assert 'href="/follow-ups/?show=overdue" class="is-alarming"' in page


def test_a_longer_list_costs_no_more_queries(enter, served):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = enter("village")
    client.get("/follow-ups/")
    with CaptureQueriesContext(connection) as few:
        client.get("/follow-ups/?show=overdue")
    with CaptureQueriesContext(connection) as many:
        client.get("/follow-ups/?show=to_see")
    assert len(many) <= len(few) + 2


def test_a_card_that_is_read_opens_the_person(enter, served):
    client = enter("village")
    number = served.residents["李少芬"].demographics.documents[0].number
    opened = client.post("/follow-ups/", {"text": f" {number.lower()}"})
    assert opened.status_code == 302
    assert opened["Location"] == (
        f"/programmes/enrolments/{served.enrolments['李少芬']}/visit/followup/"
    )
    nothing_due = served.residents["周丽仪"].demographics.documents[0].number
    record = served.residents["周丽仪"].index_number
    assert client.post("/follow-ups/", {"text": nothing_due})["Location"] == f"/residents/{record}/"
    stranger = served.residents["何文静"].demographics.documents[0].number
    for text in (stranger, "李少芬", "441202199001011230"):
        assert client.post("/follow-ups/", {"text": text}).status_code == 200
    typing = {"HX-Request": "true"}
    assert client.post("/follow-ups/", {"text": number}, headers=typing).status_code == 200


def test_a_kept_filter_is_one_s_own_and_can_be_dropped(enter, served):
    client = enter("village")
    for query in ("?show=due&priority=risk", "?show=due&place=441202001002"):
        answer = client.post(f"/follow-ups/keep/{query}", {"name": " 二村  到期 "})
        assert answer.status_code == 302
    page = client.get("/follow-ups/?show=due&place=441202001002").content.decode()
    # the same name again replaces what stood under it
    assert page.count("二村 到期</a>") == 1
    assert 'href="/follow-ups/?show=due&amp;place=441202001002" aria-current="true"' in page
    id = page.split('name="drop" value="')[1].split('"')[0]
    stranger = enter("elsewhere")
    assert "二村 到期" not in stranger.get("/follow-ups/").content.decode()
    stranger.post("/follow-ups/keep/", {"drop": id})
    assert "二村 到期" in client.get("/follow-ups/").content.decode()
    client.post("/follow-ups/keep/", {"drop": id})
    assert "二村 到期" not in client.get("/follow-ups/").content.decode()


def test_a_filter_without_a_name_is_refused_and_a_thirteenth_too(enter, served):
    client = enter("village")
    empty = client.post("/follow-ups/keep/", {"name": " "}, follow=True).content.decode()
    assert "Give the filter a name" in empty
    for number in range(12):
        client.post("/follow-ups/keep/", {"name": f"f{number}"})
    more = client.post("/follow-ups/keep/", {"name": "more"}, follow=True).content.decode()
    assert "You keep 12 filters already" in more
    assert ">more</a>" not in more


def test_a_list_is_walked_from_door_to_door(enter, served):
    page = enter("village").get("/follow-ups/?order=way").content.decode()
    assert sorted(names(page)) == sorted(URGENT_FIRST)
    assert "/follow-ups/list.pdf?order=way" in page
    assert 'href="/follow-ups/"' in page  # back to the order of urgency


def test_where_those_of_a_list_live(enter, served):
    page = enter("village").get("/follow-ups/places/?show=due").content.decode()
    assert 'href="/follow-ups/?show=due&amp;place=441202001002"' in page
    assert page.count('<th scope="row">') == 1
    elsewhere = enter("elsewhere").get("/follow-ups/places/?show=due").content.decode()
    assert "441202001002" not in elsewhere
    assert enter("liang").get("/follow-ups/places/").status_code == 403


def test_residents_of_a_list_are_reminded_once(enter, served):
    client = enter("village")
    page = client.post("/follow-ups/remind/?show=due", follow=True).content.decode()
    assert "of 3 were written to" in page
    again = client.post("/follow-ups/remind/?show=due", follow=True).content.decode()
    assert "0 of 3 were written to" in again
    assert enter("liang").post("/follow-ups/remind/").status_code == 403
