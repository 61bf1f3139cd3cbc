"""Translations are complete, the lock of the front end holds no address, the bundle's stamp follows its sources."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _tool(name):
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def translations():
    return _tool("translations")


def test_every_message_is_translated(translations):
    assert translations.faults("zh_Hans") == []


def test_a_missing_and_a_stale_translation_are_found(translations, tmp_path, monkeypatch):
    path = tmp_path / "django.po"
    text = translations.po_path("zh_Hans").read_text(encoding="utf-8")
    path.write_text(text.replace('msgid "Log in"', 'msgid "Log inn"'), encoding="utf-8")
    monkeypatch.setattr(translations, "po_path", lambda locale: path)
    found = translations.faults("zh_Hans")
    assert any(line.startswith("missing: 'Log in'") for line in found)
    assert "unused: 'Log inn'" in found


def test_a_lost_placeholder_is_found(translations, tmp_path, monkeypatch):
    path = tmp_path / "django.po"
    text = translations.po_path("zh_Hans").read_text(encoding="utf-8")
    path.write_text(text.replace('msgstr "%(count)s岁"', 'msgstr "岁"'), encoding="utf-8")
    monkeypatch.setattr(translations, "po_path", lambda locale: path)
    assert translations.faults("zh_Hans") == ["placeholder lost: '%(count)s years old'"]


def test_compiled_messages_speak(translations, tmp_path, monkeypatch):
    import gettext

    source = tmp_path / "django.po"
    source.write_bytes(translations.po_path("zh_Hans").read_bytes())
    monkeypatch.setattr(translations, "po_path", lambda locale: source)
    translations.compile_("zh_Hans")
    with source.with_suffix(".mo").open("rb") as file:
        spoken = gettext.GNUTranslations(file)
    assert spoken.gettext("Log in") == "登录"
    assert spoken.ngettext("%(count)s day old", "%(count)s days old", 3) == "出生%(count)s天"


def test_the_lock_names_no_registry():
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    for name, package in lock["packages"].items():
        assert "resolved" not in package, name
        assert name == "" or "integrity" in package, name


def test_the_fingerprint_follows_the_sources(tmp_path, monkeypatch):
    frontend = _tool("frontend")
    before = frontend.fingerprint()
    copy = tmp_path / "frontend"
    (copy / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "build.mjs"):
        (copy / name).write_bytes((ROOT / "frontend" / name).read_bytes())
    monkeypatch.setattr(frontend, "FRONTEND", copy)
    assert frontend.fingerprint() != before
    (copy / "src" / "app.js").write_text("1")
    first = frontend.fingerprint()
    (copy / "src" / "app.js").write_text("2")
    assert frontend.fingerprint() != first
