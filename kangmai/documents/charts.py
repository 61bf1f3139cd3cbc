"""A chart of bars as a picture, for files that hold no drawing of their own."""

import io

from kangmai.documents.errors import FontMissing
from kangmai.documents.fonts import chinese_font
from kangmai.documents.types import Bars

WIDTH_PX, LABEL_PX, NUMBER_PX, ROW_PX, TEXT_PX = 1440, 380, 200, 52, 28
BLUE, RED, BLACK, WHITE = (47, 111, 179), (179, 38, 30), (26, 35, 48), (255, 255, 255)


def png(block: Bars) -> bytes | None:
    """The chart as PNG, twice as fine as a screen; None where no font can write its names."""
    from PIL import Image, ImageDraw, ImageFont

    try:
        found = chinese_font()
    except FontMissing:
        return None
    font = ImageFont.truetype(str(found.path), TEXT_PX, index=found.number)
    room = WIDTH_PX - LABEL_PX - NUMBER_PX
    height = ROW_PX * (len(block.bars) + (block.target is not None))
    image = Image.new("RGB", (WIDTH_PX, height), WHITE)
    draw = ImageDraw.Draw(image)
    for n, bar in enumerate(block.bars):
        top, end = n * ROW_PX, LABEL_PX + room * block.share(bar.value)
        middle = top + ROW_PX / 2
        draw.text((LABEL_PX - 16, middle), bar.label, BLACK, font, anchor="rm")
        draw.rectangle((LABEL_PX, top + 8, max(end, LABEL_PX), top + ROW_PX - 8), BLUE)
        draw.text((end + 12, middle), bar.printed, BLACK, font, anchor="lm")
    if block.target is not None:
        x = LABEL_PX + room * block.share(block.target)
        draw.line((x, 0, x, height - ROW_PX), RED, 3)
        draw.text((x, height - ROW_PX / 2), block.target_label, RED, font, anchor="mm")
    made = io.BytesIO()
    image.save(made, "PNG", optimize=False)
    return made.getvalue()
