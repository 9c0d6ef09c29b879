"""A file that somebody sends, looked at before it is taken."""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.core.files import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from practices.enums import IMAGE_TYPES, FileType
from practices.files.images import write_anew
from practices.files.names import readable_name
from practices.files.recognition import recognise
from practices.files.refusal import FileRefused


@dataclass(frozen=True)
class ExaminedFile:
    """A file that may be taken, as it will be kept."""

    content: File
    name: str
    file_type: FileType
    digest: str
    width: int | None = None
    height: int | None = None

    @property
    def is_image(self):
        return self.file_type in IMAGE_TYPES


def examine(sent):
    """The uploaded file *sent* as it will be kept: ``ExaminedFile``. Raises ``FileRefused``."""
    if not sent.size:
        raise FileRefused(_("The file is empty. Open it to see whether it is the right one."))
    if sent.size > settings.FILE_SIZE_LIMIT:
        raise FileRefused(
            _("The file is larger than %(size)s. Make it smaller, or divide it.")
            % {"size": filesizeformat(settings.FILE_SIZE_LIMIT)}
        )
    file_type = recognise(sent)
    digest = hashlib.sha256()
    for chunk in sent.chunks():
        digest.update(chunk)
    name = readable_name(sent.name, file_type.value)
    if file_type in IMAGE_TYPES:
        image = write_anew(sent, file_type)
        return ExaminedFile(
            image.content, name, file_type, digest.hexdigest(), image.width, image.height
        )
    sent.seek(0)
    return ExaminedFile(sent, name, file_type, digest.hexdigest())
