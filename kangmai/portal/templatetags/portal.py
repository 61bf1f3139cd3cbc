"""Tags and filters of the portal's templates."""

from collections.abc import Iterable

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kangmai.portal.shell import words

register = template.Library()
SPRITE = "portal/icons.svg"


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of static/portal/icons.svg, silent for screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static(SPRITE),
        name,
    )


@register.filter
def joined(several: Iterable[object]) -> str:
    """Several as one list in the language of the page: 、 in Chinese, a comma in English."""
    return words.joined(map(str, several))


@register.filter
def bcp47(code: str) -> str:
    """A language code as HTML writes it: zh-hans becomes zh-Hans."""
    language, _, script = code.partition("-")
    return f"{language}-{script.title()}" if script else language
