"""Findings on their pages: the team answers, quality control closes, neighbours see nothing."""

import datetime
import re
from collections.abc import Callable

import pytest
from django.test import Client

from kangmai.identity import models as identity
from kangmai.programmes.engine import models as engine
from kangmai.programmes.watchdog import actions, models
from tests.factories import portal_town, programme_town
from tests.factories.watched import WATCHER

NOW = datetime.datetime.now(datetime.UTC)
TODAY = (NOW + datetime.timedelta(hours=8)).date()
Enter = Callable[..., Client]


@pytest.fixture(scope="module")
def finding(town: portal_town.Town) -> models.Finding:
    """A visit two days after somebody died, in the village of the town."""
    served = programme_town.build(town, at=NOW)
    portal_town.add_quality(town)
    dead = served.residents["周丽仪"]
    latest = engine.Visit.objects.filter(enrolment_id=served.enrolments["周丽仪"]).latest(
        "visited_on"
    )
    died = latest.visited_on - datetime.timedelta(2)
    identity.Resident.objects.filter(id=dead.id).update(deceased_on=died)
    actions.watch(actor=WATCHER, at=NOW)
    return models.Finding.objects.get()


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def send(client: Client, finding: models.Finding, **given: str) -> str:
    page = text_of(client, f"/watchdog/{finding.id}/")
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version, page
    answer = client.post(
        f"/watchdog/{finding.id}/change/", {"version": version[1], **given}, follow=True
    )
    return answer.content.decode()


def test_from_the_night_to_the_end(finding: models.Finding, enter: Enter) -> None:
    team, quality = enter("village"), enter("quality")
    page = text_of(team, "/watchdog/")
    assert (
        "Visits on or after a death" in page
        and "on or after the day of a death: 1, residents: 1" in page
    )
    assert "周丽仪" not in page and "limits to be verified" in page
    assert "Nothing waits for you" in text_of(quality, "/watchdog/")
    text_of(quality, f"/watchdog/{finding.id}/", 404)
    assert "死亡当日或之后" in text_of(
        enter("village", language="zh-hans"), f"/watchdog/{finding.id}/"
    )

    assert "in a sentence how it came" in send(
        team, finding, do="answer", code="corrected", note="?"
    )
    page = send(team, finding, do="answer", code="corrected", note="日期录错，已更正")
    assert "It was written down" in page and "entered wrongly and corrected" in page
    assert "waiting for you" in text_of(team, "/watchdog/")
    page = text_of(quality, f"/watchdog/{finding.id}/")
    assert "日期录错，已更正" in page and "周丽仪" not in page and "128/76 mmHg" in page
    assert "The team's answer" not in page
    page = send(quality, finding, do="return", note="请附更正记录")
    assert "sent back to the team" in page
    send(team, finding, do="answer", code="explained", note="已附更正记录")
    page = send(quality, finding, do="close", code="accepted", note="说明成立")
    assert "closed by quality control" in page and "the reason holds" in page
    assert "Close it" not in page


@pytest.mark.parametrize(
    ("login", "status"),
    [("elsewhere", 404), ("clinician", 403), ("liang", 403), ("", 302)],
)  # fmt: skip
def test_who_sees_nothing_of_it(
    finding: models.Finding, enter: Enter, login: str, status: int
) -> None:
    client = enter(login)
    for address in (f"/watchdog/{finding.id}/", f"/watchdog/{finding.id}/change/"):
        answer = client.post(address) if "change" in address else client.get(address)
        assert answer.status_code in (status, 302 if "change" in address else status)
    listed = client.get("/watchdog/?show=all")
    table = client.get("/watchdog/list.csv?show=all")
    if status == 404:  # a neighbour has a list of his own, without this
        assert "No finding fits" in listed.content.decode()
        assert len(b"".join(table.streaming_content).decode("utf-8-sig").splitlines()) == 1
    else:
        assert (listed.status_code, table.status_code) == (status, status)


def test_the_list_as_files(finding: models.Finding, enter: Enter) -> None:
    team = enter("village")
    lines = b"".join(team.get("/watchdog/list.csv?show=all").streaming_content).decode("utf-8-sig")
    assert lines.splitlines()[0].startswith("Finding,What was found") and "周丽仪" not in lines
    assert len(lines.splitlines()) == 2
    sheet = team.get("/watchdog/list.xlsx?show=all")
    assert b"".join(sheet.streaming_content)[:2] == b"PK"
    assert team.get("/watchdog/list.pdf").status_code == 404
