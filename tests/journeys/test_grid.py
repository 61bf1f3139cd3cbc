"""A grid worker's round on a phone: the list, the door, a photo, done; and the room of a contact at the site's desk."""

import datetime
import io
from collections.abc import Callable
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import expect

from kangmai.access import queries as access
from kangmai.epidemic.capacity import actions as capacity
from kangmai.epidemic.capacity.types import SiteFacts
from kangmai.epidemic.grid import actions as grid
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tasks import actions as tasks
from kangmai.kernel.actor import operator
from tests.epidemic.orders.factories import order_in_force
from tests.factories import portal_town
from tests.journeys.conftest import PHONE, Site, Visitor
from tests.journeys.test_nucleic_acid import is_sound, meanwhile

pytestmark = pytest.mark.browser
TASKS = "/emergency-mode/grid/"


def scene(site: Site) -> None:
    """An order, a grid with its worker, a delivery to the door of somebody in it, and a site with rooms."""
    town, now = site.town, datetime.datetime.now(datetime.UTC)
    assert town is not None
    house = operator("test")
    order_in_force(Purpose.QUARANTINE, Purpose.TRACING, Purpose.REGISTRATION, at=now - datetime.timedelta(hours=1), days=10)  # fmt: skip
    portal_town._account("worker", "何网格", "grid_worker", town.station)
    portal_town.add_reviewer(town)
    assert access.find_account_id(login="worker") is not None
    cell = grid.found_cell(parent=portal_town.VILLAGE, name="东区", actor=house, at=now)
    grid.appoint(cell=cell.code, role="grid_worker", name="何网格", login="worker", actor=house, at=now)  # fmt: skip
    grid.place_homes(cell=cell.code, residents=[town.liang.id], actor=house, at=now)
    tasks.give(kind="delivery", residents=[town.liang.id], note="米 10 公斤", due_at=now + datetime.timedelta(minutes=5), key="g", actor=house, at=now)  # fmt: skip
    made = capacity.open_site(facts=SiteFacts("城东酒店", town.centre.id, portal_town.VILLAGE[:9]), key=uuid4(), actor=house, at=now)  # fmt: skip
    capacity.add_rooms(site_id=made.id, numbers=["301-304"], actor=house, at=now)


def door() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (1600, 1200), "green").save(made, "JPEG")
    return made.getvalue()


def test_a_round_of_the_grid_on_a_phone(site: Site, visit: Callable[..., Visitor]) -> None:
    meanwhile(scene, site)
    worker = visit(size=PHONE).log_in("worker")
    worker.go(f"{TASKS}?show=open")
    page = worker.page
    expect(page.get_by_text("米 10 公斤")).to_be_visible()
    is_sound(worker)
    worker.follow("tbody a")
    expect(page.get_by_role("heading", level=1)).to_contain_text("梁秀英")
    is_sound(worker)
    worker.follow('button[value="start"]')
    page.locator('label:has(input[value="delivered"])').click()
    page.fill("#remark", "放在门口")
    page.set_input_files(
        "#photo", {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    )
    worker.follow('button[value="finish"]')
    expect(page.locator("#toasts")).to_contain_text("照片")
    expect(page.locator("#remark")).to_have_value("放在门口")
    expect(page.locator('input[value="delivered"]')).to_be_checked()
    page.set_input_files("#photo", {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": door()})
    worker.follow('button[value="finish"]')
    worker.go(f"{TASKS}?show=done")
    worker.follow("tbody a")
    expect(page.locator("img.task-photo")).to_be_visible()
    is_sound(worker)

    township = visit(language="en").log_in("township")
    for path in (f"{TASKS}board/", f"{TASKS}needs/", f"{TASKS}give/", f"/grid/{portal_town.VILLAGE}/", "/capacity/", "/emergency-mode/quarantine/"):  # fmt: skip
        township.go(path)
        is_sound(township)
    township.go("/capacity/")
    township.follow('a:has-text("城东酒店")')
    expect(township.page.get_by_text("free room").first).to_be_visible()
    is_sound(township)
