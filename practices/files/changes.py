"""Adding, ordering and removing files. The caller has locked the practice's row."""

from django.conf import settings
from django.utils.translation import gettext as _

from practices.enums import EventKind
from practices.files.refusal import FileRefused
from practices.models import PracticeFile
from practices.versions import note


def add(practice, examined, person, description, alternative_text):
    """Add the ``ExaminedFile`` to *practice*, at the end of its files.

    Returns the file, and whether it is new: the same content is there only once. Raises
    ``FileRefused`` when there is no room for it, and what the storage raises.
    """
    files = list(practice.files.all())
    for known in files:
        if known.digest == examined.digest:
            return known, False
    if len(files) >= settings.FILES_PER_PRACTICE:
        raise FileRefused(
            _("A practice has %(number)d files at most. Remove one first.")
            % {"number": settings.FILES_PER_PRACTICE}
        )
    added = PracticeFile(
        practice=practice,
        name=examined.name,
        file_type=examined.file_type,
        size=examined.content.size,
        digest=examined.digest,
        width=examined.width,
        height=examined.height,
        description=description,
        alternative_text=alternative_text,
        position=files[-1].position + 1 if files else 1,
        uploaded_by=person,
    )
    # A storage elsewhere would else note down what the browser said of it.
    examined.content.content_type = added.content_type
    added.file.save(examined.name, examined.content, save=False)
    added.save(force_insert=True)
    note(practice, person, EventKind.FILE_ADDED, comment=added.name)
    return added, True


def put_before(practice, file, other):
    """Have *file* and *other*, numbers of files of *practice*, change places.

    Nothing happens where *file* stands before *other* already, or one of them is not there.
    """
    files = {row.pk: row for row in practice.files.filter(pk__in=[file, other])}
    if len(files) == 2 and files[file].position > files[other].position:
        first, second = files[file], files[other]
        first.position, second.position = second.position, first.position
        PracticeFile.objects.bulk_update([first, second], ["position"])


def remove(file, person):
    """Remove *file* from its practice; the storage forgets it when the transaction ends."""
    note(file.practice, person, EventKind.FILE_REMOVED, comment=file.name)
    file.delete()
