"""Pictures are written anew: upright, of a size for reading, and without what cameras add.

Where and when a photo was taken, and by whom, stays with the person who took it.
"""

from dataclasses import dataclass
from io import BytesIO

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from practices.enums import FileType
from practices.files.refusal import FileRefused

LONGEST_SIDE = 2400  # pixels
MOST_PIXELS = 50_000_000  # one takes up to four bytes of memory
FORMATS = {
    FileType.JPEG: "JPEG",
    FileType.PNG: "PNG",
    FileType.WEBP: "WEBP",
    FileType.GIF: "GIF",
}
SAVED_WITH = {
    FileType.JPEG: {"quality": 85, "optimize": True, "progressive": True},
    FileType.WEBP: {"quality": 85},
}
MODES_OF_JPEG = {"L", "RGB"}
KEPT_INFORMATION = {"transparency"}


@dataclass(frozen=True)
class WrittenImage:
    content: ContentFile
    width: int
    height: int


def write_anew(file, file_type):
    """The image in *file*, which looks like a *file_type*, as it is kept: ``WrittenImage``.

    Raises ``FileRefused``.
    """
    try:
        return _write_anew(file, file_type)
    except (FileRefused, MemoryError):
        raise
    except Exception as error:  # Pillow's decoders raise whatever a damaged file leads them to
        raise FileRefused(
            _("This picture is damaged or only a part of it has come. Save it anew.")
        ) from error


def _write_anew(file, file_type):
    formats = [FORMATS[file_type]]
    _check_measures(file, formats)
    file.seek(0)
    with Image.open(file, formats=formats) as image:
        image.verify()
    file.seek(0)
    with Image.open(file, formats=formats) as image:
        # A photo that a telephone keeps with its depth or its preview is one picture still.
        if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
            raise FileRefused(_("Moving pictures are not taken. Save one picture of it."))
        image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        profile = image.info.get("icc_profile")
        upright = ImageOps.exif_transpose(image)
    if max(upright.size) > LONGEST_SIDE and upright.mode in {"1", "P", "PA"}:
        upright = upright.convert("RGBA")
    if file_type == FileType.JPEG and upright.mode not in MODES_OF_JPEG:
        upright, profile = upright.convert("RGB"), None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright.info = {k: v for k, v in upright.info.items() if k in KEPT_INFORMATION}
    options = dict(SAVED_WITH.get(file_type, {}))
    if profile and file_type != FileType.GIF:
        options["icc_profile"] = profile  # without it colours change
    written = BytesIO()
    upright.save(written, FORMATS[file_type], **options)
    return WrittenImage(ContentFile(written.getvalue()), *upright.size)


def _check_measures(file, formats):
    """Refuse what would fill the memory, before it is unpacked."""
    file.seek(0)
    try:
        with Image.open(file, formats=formats) as image:
            width, height = image.size
            fits = width * height <= MOST_PIXELS
    except Image.DecompressionBombError:
        fits = False
    if not fits:
        raise FileRefused(
            _("This picture has more than %(number)d million pixels. Make it smaller.")
            % {"number": MOST_PIXELS // 1_000_000}
        )
