"""Find an open Chinese font: the one an operator names, the installed package, or the system's.

Every place named here holds a font under the SIL Open Font License, which allows embedding.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

from kangmai.documents.errors import FontMissing

PACKAGE, PACKAGE_FILE = "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"
SIMPLIFIED = 2
"""Place of the Simplified Chinese font in the collections of Noto Sans CJK."""
SYSTEM = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", SIMPLIFIED),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", SIMPLIFIED),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", SIMPLIFIED),
    ("/usr/share/fonts/opentype/source-han-sans/SourceHanSansSC-Regular.otf", 0),
    ("/usr/share/fonts/adobe-source-han-sans/SourceHanSansSC-Regular.otf", 0),
)


@dataclass(frozen=True, slots=True)
class Font:
    """A font file, and which font of a collection."""

    path: Path
    number: int


@cache
def chinese_font() -> Font:
    """The font that PDFs embed. Raises FontMissing."""
    if settings.FONT:
        named = Path(settings.FONT)
        if not named.is_file():
            raise FontMissing()
        return Font(named, SIMPLIFIED if named.suffix == ".ttc" else 0)
    spec = find_spec(PACKAGE)
    packaged = Path(spec.origin).with_name(PACKAGE_FILE) if spec and spec.origin else None
    places = [Font(packaged, 0)] if packaged else []
    places += [Font(Path(path), number) for path, number in SYSTEM]
    found = next((place for place in places if place.path.is_file()), None)
    if found is None:
        raise FontMissing()
    return found
