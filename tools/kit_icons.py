"""Draw the icons of the village kit, as phones want them when a page is installed: the mark, in three sizes.

    python tools/kit_icons.py

The line is that of static/portal/mark.svg, drawn at four times the size and made smaller, so that it is smooth.
"""

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[1] / "kangmai" / "portal" / "static" / "portal"
TEAL, WHITE = "#0b7285", "#ffffff"
GRID, FINER = 32, 4
POINTS = ((4.5, 17.5), (9.7, 17.5), (12.7, 8), (17.9, 24.5), (21.5, 14), (23.2, 17.5), (27.5, 17.5))
STROKE, CORNER = 2.6, 8


def draw(size: int, *, is_maskable: bool) -> Image.Image:
    """The mark; a maskable one fills its square and keeps the line in the middle, since phones cut its edge."""
    full = size * FINER
    image = Image.new("RGBA", (full, full), TEAL if is_maskable else (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    scale, shift = full / GRID, 0.0
    if is_maskable:
        scale, shift = full * 0.7 / GRID, full * 0.15
    else:
        pen.rounded_rectangle((0, 0, full - 1, full - 1), CORNER * scale, fill=TEAL)
    line = [(x * scale + shift, y * scale + shift) for x, y in POINTS]
    width = round(STROKE * scale)
    pen.line(line, fill=WHITE, width=width, joint="curve")
    for x, y in (line[0], line[-1]):
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=WHITE)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write them where the pages look for them."""
    for name, size, is_maskable in (
        ("kit-192", 192, False),
        ("kit-512", 512, False),
        ("kit-maskable", 512, True),
    ):
        draw(size, is_maskable=is_maskable).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
