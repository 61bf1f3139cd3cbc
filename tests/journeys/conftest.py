"""A real server on a loopback port, a town in its database, and Chromium before it.

KANGMAI_REQUIRE_BROWSER=1 turns a missing browser from a reason to skip into a failure.
KANGMAI_SCREENSHOTS=1 writes the pictures of the README into docs/screenshots.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.factories import portal_town

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
]
Answer = TypeVar("Answer")
READY_SECONDS = 60
PATIENCE_MS = 45_000
"""How long a page may take on a busy machine: speed is measured in benchmarks/."""
LEFT_BEHIND = re.compile(r"Failed to load resource|htmx:(afterRequest|sendError|sendAbort)")
"""What a page says when it is left while something is under way; what a server refuses says more."""


def _unavailable(reason: str) -> None:
    if os.environ.get("KANGMAI_REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)


def find_chromium() -> str:
    """Where the browser is; skips the test, or fails it where a browser is required."""
    found = os.environ.get("KANGMAI_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        _unavailable("no Chromium found (apt install chromium, or set KANGMAI_CHROMIUM)")
    return str(found)


@pytest.fixture(scope="module")
def chromium(site: "Site") -> Iterator[Browser]:
    """Debian's Chromium, or the one named by KANGMAI_CHROMIUM.

    It starts after the site and ends before it: while Playwright's loop runs in this thread, Django
    refuses to work with the database.
    """
    found = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def built() -> None:
    """The front-end bundle and the compiled translations, made if they are stale; a browser to see them."""
    find_chromium()
    for tool in ("frontend.py", "translations.py"):
        command = [sys.executable, str(ROOT / "tools" / tool)]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            _unavailable(f"tools/{tool} failed: {made.stderr.strip()[-300:]}")
    if not AXE.is_file():
        _unavailable("axe-core is not installed in frontend/node_modules")


@dataclass(frozen=True)
class Site:
    """Where the server is, and who lives in its town."""

    address: str
    town: portal_town.Town | None = None


@pytest.fixture(scope="module")
def site(built: None, shared_database: str) -> Iterator[Site]:
    """A server process of its own on the module's database, with a town in it."""
    town = portal_town.build()
    with served(shared_database) as address:
        yield Site(address, town)


@contextmanager
def served(database: str) -> Iterator[str]:
    """A server process of its own on a database; its address."""
    from django.conf import settings

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "KANGMAI_KEYS": str(settings.KEYS),
        "KANGMAI_DEMO": "1",
        "PYTHONPATH": str(ROOT),
    }
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "8", "--no-ws", "--log-level", "warning",
        "kangmai.config.served:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + READY_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail("the server did not become ready")


def meanwhile(work: Callable[[], Answer]) -> Answer:
    """Work with the database while the browser's loop runs in the test's thread, where Django refuses it."""

    def alone() -> Answer:
        from django.db import connections

        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(alone).result()


class Visitor:
    """Somebody at a browser: the page, with what a journey does again and again."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message) -> None:
        if message.type == "error" and not LEFT_BEHIND.search(message.text):
            self.complaints.append(message.text)

    def go(self, path: str) -> int:
        """Open a page; returns its status."""
        answer = self.page.goto(f"{self.site.address}{path}", wait_until="load")
        assert answer is not None
        return answer.status

    def log_in(self, login: str, password: str = portal_town.PASSWORD) -> "Visitor":
        """Log in through the form."""
        self.go("/login/")
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.follow("main button[type=submit]")
        return self

    def follow(self, target: str | Locator) -> None:
        """Click on what leads to another page, and wait until that page is there."""
        found = self.page.locator(target).first if isinstance(target, str) else target
        with self.page.expect_navigation(wait_until="load"):
            found.click()

    def faults(self) -> list[str]:
        """What axe finds wrong with the page, as rule and element."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run()")
        return [
            f"{rule['id']}: {node['target']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def overflow(self, size: dict | None = None) -> int:
        """By how many pixels the page is wider than the window, which is given this size first."""
        if size is not None:
            self.page.set_viewport_size(size)
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


DESKTOP = {"width": 1366, "height": 850}
PHONE = {"width": 390, "height": 844}


def is_sound_at_both_sizes(visitor: Visitor) -> None:
    """The page fits a phone and a desk, and axe finds nothing: on a desk in Chinese, on a phone in English."""
    is_english = visitor.page.get_attribute("html", "lang") == "en"
    for size in (DESKTOP, PHONE) if is_english else (PHONE, DESKTOP):
        assert visitor.overflow(size) <= 0, (visitor.page.url, size)
    assert visitor.faults() == [], visitor.page.url


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator:
    """Makes visitors: visit(language=, size=, theme=, scripts=)."""
    contexts = []

    def make(
        *,
        language: str = "zh-hans",
        size: dict = DESKTOP,
        theme: str = "light",
        scripts: bool = True,
    ) -> Visitor:
        context = chromium.new_context(
            viewport=size, color_scheme=theme, java_script_enabled=scripts, reduced_motion="reduce"
        )
        context.add_cookies([{"name": "django_language", "value": language, "url": site.address}])
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return Visitor(context.new_page(), site)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def picture():
    """Keeps a picture of a page for the README when KANGMAI_SCREENSHOTS is set."""

    def keep(visitor: Visitor, name: str) -> None:
        if os.environ.get("KANGMAI_SCREENSHOTS"):
            folder = ROOT / "docs" / "screenshots"
            folder.mkdir(parents=True, exist_ok=True)
            visitor.page.wait_for_timeout(300)
            visitor.page.screenshot(path=folder / f"{name}.png")

    return keep
