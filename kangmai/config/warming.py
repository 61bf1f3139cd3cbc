"""Load what the first pages need, once, beside the requests: templates, addresses, definitions, FHIR's tables.

It begins with the first answer that the house is ready, so that readiness never waits for it. Whatever fails
here is loaded by the page that needs it, which then says what is wrong.
"""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.urls import get_resolver

from kangmai.kernel import definitions, garbage
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search.parameters import parameters

PACKAGE = Path(__file__).parents[1]
logger = logging.getLogger(__name__)
_begun = threading.Lock()


def begin() -> None:
    """Start loading in the background; any number of calls start it once."""
    if _begun.acquire(blocking=False):
        threading.Thread(target=warm, name="warming", daemon=True).start()


def warm() -> None:
    """Load everything."""
    try:
        count = len(list(get_resolver().url_patterns))  # imports the views of every page
        for name in templates():
            get_template(name)
        for room, kind in definitions.kinds():
            definitions.load(room, kind)
        for resource_type in resource_types():
            parameters(resource_type)
    except Exception:
        logger.exception("warming stopped; pages load what they need")
        return
    finally:
        garbage.settle()
    logger.info("warmed %d groups of pages", count)


def templates() -> Iterator[str]:
    """The names of every page template of ours."""
    for folder in map(Path, get_app_template_dirs("templates")):
        if folder.is_relative_to(PACKAGE):
            for path in sorted(folder.rglob("*.html")):
                yield path.relative_to(folder).as_posix()
