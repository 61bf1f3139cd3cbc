"""Where the front-end bundle's files are; without a bundle the pages stay readable and say so."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.templatetags.static import static

FOLDER = Path(__file__).parents[1] / "static" / "bundle"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Addresses of the built files; all empty while nothing was built."""

    styles: str = ""
    theme: str = ""
    scripts: str = ""
    charts: str = ""
    scan: str = ""
    kit: str = ""
    worker: str = ""

    def __bool__(self) -> bool:
        return bool(self.styles)


@cache
def bundle() -> Bundle:
    """The bundle as built when this process started."""
    manifest = FOLDER / "manifest.json"
    if not manifest.is_file():
        return Bundle()
    names = json.loads(manifest.read_text())

    def address(source: str) -> str:
        # a bundle that was built before a part was added goes without that part
        return static(f"bundle/{names[source]}") if source in names else ""

    return Bundle(
        styles=address("app.css"),
        theme=address("theme.js"),
        scripts=address("app.js"),
        charts=address("charts.js"),
        scan=address("scan.js"),
        kit=address("kit.js"),
        worker=address("worker.js"),
    )
