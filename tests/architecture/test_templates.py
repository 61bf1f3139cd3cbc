"""Templates of pages are laid out by `tools/templates.py`: what it adds and what it leaves."""

import importlib.util
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "templates.py"
_spec = importlib.util.spec_from_file_location("templates_tool", TOOL)
assert _spec is not None and _spec.loader is not None
templates = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(templates)

LONG = "words " * 20


def test_what_fits_stays_on_a_line():
    assert templates.laid_out("<p>One\n  two</p><p>three</p>") == "<p>One two</p>\n<p>three</p>\n"


def test_an_element_that_does_not_fit_is_opened():
    text = f"<div><p>{LONG}</p><hr></div>"
    assert templates.laid_out(text).splitlines() == [
        "<div>",
        "  <p>",
        f"    {LONG[:113].strip()}",
        f"    {LONG[114:].strip()}",
        "  </p>",
        "  <hr>",
        "</div>",
    ]


@pytest.mark.parametrize(
    "kept",
    [
        "<b>no</b><i>space</i>",
        "{{ a }}{% if b %}c{% endif %}",
        "{% blocktranslate %}two  spaces\nand a line{% endblocktranslate %}",
        '<a href="{% url "page" a %}"{% if a %} aria-current="page"{% endif %}>x</a>',
        "<textarea>\n  as  it is </textarea>",
        "<script>\n  as  it is </script>",
    ],
)
def test_text_and_inline_tags_keep_their_white_space(kept: str):
    assert kept in templates.laid_out(f"<div><p>{LONG}</p><p>{kept}</p></div>")


def test_long_text_breaks_between_words_and_attributes_only():
    text = f'<p>{LONG}<a class="{LONG}" href="x">{{% translate "{LONG}" %}}</a></p>'
    lines = templates.laid_out(text).splitlines()
    assert " ".join(line.strip() for line in lines[1:-1]) == (
        f'{LONG}<a class="{LONG}" href="x">{{% translate "{LONG}" %}}</a>'
    )


def test_laying_out_again_changes_nothing():
    items = "{% for b in a %}<li>{{ b }}</li>{% empty %}<li>–</li>{% endfor %}"
    once = templates.laid_out(f"{{% if a %}}<ul>{items}</ul>{{% else %}}<p>{LONG}</p>{{% endif %}}")
    assert once.splitlines()[:3] == ["{% if a %}", f"  <ul>{items}</ul>", "{% else %}"]
    assert templates.laid_out(once) == once


@pytest.mark.parametrize("text", ["{% if a %}<form>{% endif %}</form>", "<div><p></div>", "</p>"])
def test_what_is_opened_in_one_branch_and_closed_elsewhere_is_refused(text: str):
    with pytest.raises(templates.NotBalanced):
        templates.laid_out(text)
