"""What a file is, by what is in it. Its name and what the browser says of it do not count."""

import lzma
import zipfile
import zlib

from django.utils.translation import gettext as _

from practices.enums import FileType
from practices.files.refusal import FileRefused
from practices.models.practice_file import CONTENT_TYPES, OFFICE_OPEN, OPEN_DOCUMENT

HEAD_BYTES = 1024
MOST_ENTRIES = 5_000
MOST_UNPACKED_BYTES = 300 * 2**20
LONGEST_ENTRY_READ = 2**20
CONTENT_TYPES_ENTRY = "[Content_Types].xml"
ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

OPEN_DOCUMENTS = {
    CONTENT_TYPES[file_type].encode(): file_type
    for file_type in (FileType.ODT, FileType.ODS, FileType.ODP)
}
# The content type of a package's main part, which its list of contents names.
MAIN_PARTS = {
    f'"{CONTENT_TYPES[file_type]}.main+xml"'.encode(): file_type
    for file_type in (FileType.DOCX, FileType.XLSX, FileType.PPTX)
}


def recognise(file):
    """The ``FileType`` of *file*, open for reading. Raises ``FileRefused``.

    Of an image only the first bytes are looked at; ``practices.files.images`` reads the rest.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if head.startswith(ZIP):
        return _office_document(file)
    if head.startswith(OLD_OFFICE):
        raise FileRefused(
            _(
                "This is an old office file, or one with a password."
                " Save it as .docx, .xlsx, .pptx or PDF, without a password."
            )
        )
    for file_type, belongs in [
        (FileType.PDF, head.lstrip(b"\xef\xbb\xbf\r\n \t").startswith(b"%PDF-")),
        (FileType.JPEG, head.startswith(b"\xff\xd8\xff")),
        (FileType.PNG, head.startswith(b"\x89PNG\r\n\x1a\n")),
        (FileType.GIF, head.startswith((b"GIF87a", b"GIF89a"))),
        (FileType.WEBP, head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    ]:
        if belongs:
            return file_type
    if b"<svg" in head.lower():
        raise FileRefused(_("SVG drawings are not taken. Save it as PNG."))
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"avif"}:
        raise FileRefused(_("This kind of photo is not taken. Save it as JPEG."))
    raise _unknown()


def _unknown():
    return FileRefused(
        _(
            "By its content this is none of the kinds that are taken: PDF, JPEG, PNG, WebP, GIF,"
            " ODT, ODS, ODP, DOCX, XLSX, PPTX. Save it as one of these."
        )
    )


def _office_document(file):
    try:
        with zipfile.ZipFile(file) as package:
            return _type_of_package(package)
    except (
        zipfile.BadZipFile,
        lzma.LZMAError,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        RuntimeError,  # an entry with a password
        UnicodeDecodeError,
        ValueError,
    ) as error:
        raise FileRefused(
            _("This file is damaged or only a part of it has come. Save it anew and choose it.")
        ) from error


def _type_of_package(package):
    entries = package.infolist()
    if (
        len(entries) > MOST_ENTRIES
        or sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES
    ):
        raise FileRefused(
            _("Unpacked, this file is far too big. Save it as PDF, or with smaller pictures.")
        )
    names = {entry.filename for entry in entries}
    if CONTENT_TYPES_ENTRY in names:
        contents = _read(package, CONTENT_TYPES_ENTRY)
        has_macros = b"macroEnabled" in contents or any(
            name.lower().endswith("vbaproject.bin") for name in names
        )
        found = [file_type for main, file_type in MAIN_PARTS.items() if main in contents]
        is_office = OFFICE_OPEN.encode() in contents or has_macros
    elif "mimetype" in names:
        kind = _read(package, "mimetype").strip()
        has_macros = any(
            name.startswith("Scripts/")
            or (name.startswith("Basic/") and not name.endswith(("/", "-lc.xml", "-lb.xml")))
            for name in names
        )
        found = [OPEN_DOCUMENTS[kind]] if kind in OPEN_DOCUMENTS else []
        is_office = kind.startswith(OPEN_DOCUMENT.encode())
    else:
        raise _unknown()
    if is_office and has_macros:
        raise FileRefused(
            _("This file has macros, which are not taken. Save it without them, or as PDF.")
        )
    if len(found) != 1:
        raise _unknown()
    return found[0]


def _read(package, name):
    with package.open(name) as entry:
        return entry.read(LONGEST_ENTRY_READ)
