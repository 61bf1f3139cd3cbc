"""Photos as people take them made small enough to keep, without where, when and by what they were taken."""

from io import BytesIO

from kangmai.documents.errors import PictureUnreadable

KINDS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 60_000_000
QUALITY = 80


def small_picture(content: bytes, *, longest_px: int = 1280) -> bytes:
    """A photo as a JPEG whose longer side is `longest_px` at most, turned upright, with nothing but its pixels.

    Raises:
        PictureUnreadable: no JPEG, PNG or WebP, cut off, or larger than any phone's camera makes.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=KINDS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise PictureUnreadable()
            upright = ImageOps.exif_transpose(found).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PictureUnreadable() from None
    upright.thumbnail((longest_px, longest_px))
    made = BytesIO()
    # a new image holds the pixels alone: what the camera wrote beside them stays behind
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(made, "JPEG", quality=QUALITY)
    return made.getvalue()
