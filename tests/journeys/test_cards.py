"""The card on a phone, read at a desk by a hand scanner, and the pages of family, in a browser."""

import datetime
import os
from pathlib import Path

import pytest

from kangmai.identity.cards.actions import issue_card
from kangmai.kernel.ids import uuid7
from tests.factories.portal_town import OPERATOR
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser


def _picture(visitor, name: str) -> None:
    """Keep a picture where KANGMAI_PICTURES names a folder, to be looked at."""
    if folder := os.environ.get("KANGMAI_PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def card(site):
    return issue_card(
        site.town.liang.id, key=uuid7(), actor=OPERATOR, at=datetime.datetime.now(datetime.UTC)
    )


READ_QR = """async () => {
  const image = document.querySelector(".qr-large");
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 900;
  const drawing = canvas.getContext("2d");
  drawing.fillStyle = "#fff";
  drawing.fillRect(0, 0, 900, 900);
  drawing.drawImage(image, 0, 0, 900, 900);
  const picture = drawing.getImageData(0, 0, 900, 900);
  return jsQR(picture.data, 900, 900).data;
}"""
JSQR = Path(__file__).parents[2] / "frontend" / "node_modules" / "jsqr" / "dist" / "jsQR.js"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_card_on_a_phone_is_read_at_a_desk(card, visit, language):
    phone = visit(language=language, size=PHONE).log_in("liang")
    assert phone.go("/my-card/") == 200
    assert phone.overflow() <= 0
    assert phone.faults() == []
    _picture(phone, f"my-card-{language}")
    phone.page.evaluate(JSQR.read_text(encoding="utf-8"))
    text = phone.page.evaluate(READ_QR)
    desk = visit(language=language, size=DESKTOP).log_in("clinician")
    assert desk.go("/cards/scan/") == 200
    assert desk.faults() == []
    desk.page.keyboard.type(f"{text.lower()}\n")  # a hand scanner types where the cursor stands
    desk.page.wait_for_selector("[data-outcome=accepted]")
    assert "梁秀英" in desk.page.inner_text("#answer")
    assert desk.faults() == []
    _picture(desk, f"scan-{language}")
    desk.page.wait_for_function("document.activeElement.id === 'code'")
    desk.page.keyboard.type(f"{text}\n")
    desk.page.wait_for_selector("[data-outcome=replayed]")
    assert "梁秀英" not in desk.page.inner_text("#answer")
    assert (phone.complaints, desk.complaints) == ([], [])


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_of_family_and_desk(card, site, visit, language, size):
    liang = visit(language=language, size=size).log_in("liang")
    for path in ("/family/", "/my-sharing/"):
        assert liang.go(path) == 200
        assert (liang.overflow() <= 0, liang.faults()) == (True, []), path
        _picture(liang, f"{path.strip('/')}-{language}-{size['width']}")
    village = visit(language=language, size=size).log_in("village")
    number = site.town.liang.index_number
    for path in (f"/residents/{number}/card/", f"/residents/{number}/family/"):
        assert village.go(path) == 200
        assert (village.overflow() <= 0, village.faults()) == (True, []), path
        _picture(village, f"{path.strip('/').split('/')[-1]}-{language}-{size['width']}")
    officer = visit(language=language, size=size).log_in("officer")
    assert officer.go("/cards/") == 200
    assert (officer.overflow() <= 0, officer.faults()) == (True, [])
    _picture(officer, f"cards-{language}-{size['width']}")
