"""Collect, check and compile the portal's translations, without gettext installed.

English sentences are the message ids, in templates and in Python; kangmai/locale/zh_Hans holds the Chinese.

    python tools/translations.py            compile what is there (.mo files are not kept in git)
    python tools/translations.py --update   collect messages anew into the .po files, then compile
    python tools/translations.py --check    exit 1 if a message is missing, unused or not translated
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kangmai"
LOCALES = ("zh_Hans",)
LAZY = {"gettext_lazy": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}
KEYWORDS = {**DEFAULT_KEYWORDS, **LAZY}
PLACEHOLDER = re.compile(r"%\((\w+)\)s|%[sd]|\{(\w+)\}")


def po_path(locale: str) -> Path:
    """Where the messages of a language are kept."""
    return PACKAGE / "locale" / locale / "LC_MESSAGES" / "django.po"


def sources() -> Iterator[tuple[str, bytes]]:
    """Every file that may hold messages, with its Python text: templates are rewritten by Django."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_bytes()
        if b"gettext" in text:
            yield path.relative_to(ROOT).as_posix(), text
    from django.conf import settings

    if not settings.configured:
        settings.configure()  # templatize asks for settings, though none of them matters here
    from django.utils.translation.template import templatize

    for path in sorted(PACKAGE.rglob("templates/**/*.html")):
        name = path.relative_to(ROOT).as_posix()
        text = templatize(path.read_text(encoding="utf-8"), origin=name)
        # what is read as Python may not be indented
        yield name, "\n".join(line.strip() for line in text.splitlines()).encode()


def collect() -> Catalog:
    """All messages of the package, with the files they stand in."""
    catalog = Catalog(project="kangmai", version="", charset="utf-8", fuzzy=False)
    for name, text in sources():
        for _line, message, comments, context in extract("python", io.BytesIO(text), KEYWORDS):
            catalog.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def read(locale: str) -> Catalog:
    """The messages of a language as kept; empty where there are none yet."""
    path = po_path(locale)
    if not path.is_file():
        return Catalog(locale=locale, fuzzy=False)
    with path.open("rb") as file:
        return pofile.read_po(file, locale=locale)


def update(locale: str) -> None:
    """Take up new messages, drop unused ones, keep every translation; the file is sorted and undated."""
    catalog = read(locale)
    catalog.update(collect(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    kept = Catalog(locale=locale, project="kangmai", fuzzy=False)
    for message in sorted(filter(lambda each: each.id, catalog), key=_sort_key):
        files = sorted({name for name, _ in message.locations})
        kept.add(
            message.id,
            message.string,
            locations=[(name, 0) for name in files],
            flags=message.flags - {"fuzzy"},
            context=message.context,
        )
    buffer = io.BytesIO()
    pofile.write_po(buffer, kept, width=100, omit_header=True, include_lineno=False)
    path = po_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_header(locale) + buffer.getvalue())


def _sort_key(message: object) -> tuple[str, str]:
    identity = message.id  # type: ignore[attr-defined]
    return (identity[0] if isinstance(identity, tuple) else identity, message.context or "")  # type: ignore[attr-defined]


def _header(locale: str) -> bytes:
    """A header without dates and addresses, so that it never changes by itself."""
    return (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: kangmai\\n"\n'
        f'"Language: {locale}\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n\n'
    ).encode()


def compile_(locale: str) -> None:
    """Write the .mo file beside the .po file, if it is older."""
    source = po_path(locale)
    target = source.with_suffix(".mo")
    if target.is_file() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return
    with target.open("wb") as file:
        write_mo(file, read(locale))


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(each for each in value or () if each)  # type: ignore[attr-defined]


def _placeholders(value: object) -> set[str]:
    return {match.group(0) for text in _texts(value) for match in PLACEHOLDER.finditer(text)}


def faults(locale: str) -> list[str]:
    """What is wrong with the messages of a language, one sentence each."""
    wanted = {(m.context, m.id): m for m in collect() if m.id}
    kept = {(m.context, m.id): m for m in read(locale) if m.id}
    found = [
        f"missing: {key[1]!r} ({wanted[key].locations[0][0]})"
        for key in wanted.keys() - kept.keys()
    ]
    found += [f"unused: {key[1]!r}" for key in kept.keys() - wanted.keys()]
    for key, message in kept.items():
        if not _texts(message.string):
            found.append(f"not translated: {key[1]!r}")
        elif not _placeholders(message.string) <= _placeholders(key[1]):
            found.append(f"placeholder unknown to the message: {key[1]!r}")
        elif isinstance(key[1], str) and _placeholders(message.string) != _placeholders(key[1]):
            found.append(f"placeholder lost: {key[1]!r}")
    return sorted(found)


def check() -> int:
    """Print every fault; 1 if there is one."""
    found = [f"{locale}: {fault}" for locale in LOCALES for fault in faults(locale)]
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print(
            "translations: run `python tools/translations.py --update`, then translate",
            file=sys.stderr,
        )
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    """Check, or update, and compile."""
    if "--check" in arguments:
        return check()
    for locale in LOCALES:
        if "--update" in arguments:
            update(locale)
        compile_(locale)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
