"""What a practice is shown with: pictures and documents."""

import secrets
from functools import partial

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from efus.spelling import address_part
from efus.validators import validate_one_line
from practices.enums import IMAGE_TYPES, FileType
from practices.models.original_language import LANGUAGE_CODES, ShownText
from practices.models.practice import TEXT_FIELDS, Practice

OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
OFFICE_OPEN = "application/vnd.openxmlformats-officedocument"
CONTENT_TYPES = {
    FileType.PDF: "application/pdf",
    FileType.JPEG: "image/jpeg",
    FileType.PNG: "image/png",
    FileType.WEBP: "image/webp",
    FileType.GIF: "image/gif",
    FileType.ODT: f"{OPEN_DOCUMENT}.text",
    FileType.ODS: f"{OPEN_DOCUMENT}.spreadsheet",
    FileType.ODP: f"{OPEN_DOCUMENT}.presentation",
    FileType.DOCX: f"{OFFICE_OPEN}.wordprocessingml.document",
    FileType.XLSX: f"{OFFICE_OPEN}.spreadsheetml.sheet",
    FileType.PPTX: f"{OFFICE_OPEN}.presentationml.presentation",
}


def name_in_storage(practice_file, _name):
    """A name that nobody can guess and that says nothing of the person's own."""
    return f"practices/{secrets.token_hex(16)}.{practice_file.file_type}"


class PracticeFileQuerySet(models.QuerySet):
    def with_practice(self):
        """Each with its practice and city, but not the texts of the practice."""
        texts = [f"practice__{field}_{code}" for field in TEXT_FIELDS for code in LANGUAGE_CODES]
        return self.select_related("practice__city").defer(*texts)


class PracticeFile(models.Model):
    """A picture or a document. It stays as it was sent; only its texts and its place change."""

    practice = models.ForeignKey(
        Practice, on_delete=models.CASCADE, related_name="files", verbose_name=_("practice")
    )
    file = models.FileField(_("file"), upload_to=name_in_storage)
    name = models.CharField(_("name"), max_length=120, validators=[validate_one_line])
    file_type = models.CharField(_("type"), max_length=10, choices=FileType.choices)
    size = models.PositiveIntegerField(_("size in bytes"))
    digest = models.CharField(
        _("SHA-256"), max_length=64, help_text=_("Of what was sent, before it was made smaller.")
    )
    width = models.PositiveIntegerField(_("width"), null=True)
    height = models.PositiveIntegerField(_("height"), null=True)
    description = models.CharField(
        _("description"), max_length=200, blank=True, validators=[validate_one_line]
    )
    alternative_text = models.CharField(
        _("alternative text"), max_length=300, blank=True, validators=[validate_one_line]
    )
    position = models.PositiveIntegerField(_("position"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="practice_files",
        verbose_name=_("added by"),
    )
    uploaded_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = PracticeFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["practice_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "digest"], name="practice_file_once_per_practice"
            ),
            models.UniqueConstraint(
                fields=["practice", "position"],
                name="practice_file_one_per_position",
                deferrable=models.Deferrable.DEFERRED,  # two change places
            ),
            models.CheckConstraint(
                condition=Q(file_type__in=FileType.values), name="practice_file_type_known"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(file=""), name="practice_file_has_name"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="practice_file_not_empty"),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="practice_file_digest_valid"
            ),
            models.CheckConstraint(
                # Without "is not null" a measure that is missing would pass as unknown.
                condition=Q(
                    file_type__in=IMAGE_TYPES,
                    width__isnull=False,
                    width__gt=0,
                    height__isnull=False,
                    height__gt=0,
                )
                | Q(width__isnull=True, height__isnull=True) & ~Q(file_type__in=IMAGE_TYPES),
                name="practice_file_image_has_measures",
            ),
            models.CheckConstraint(
                condition=~Q(file_type__in=IMAGE_TYPES) | ~Q(alternative_text=""),
                name="practice_file_image_has_alternative_text",
                violation_error_message=_("A picture needs an alternative text."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        stem = address_part(self.name.rpartition(".")[0]) or "file"
        return reverse("files:file", args=[self.practice_id, self.pk, f"{stem}.{self.file_type}"])

    @property
    def is_image(self):
        return self.file_type in IMAGE_TYPES

    @property
    def content_type(self):
        return CONTENT_TYPES[self.file_type]

    @property
    def shown_description(self):
        """The description, in the language that the city writes in."""
        return ShownText(self.description, self.practice.original_language)


@receiver(post_delete, sender=PracticeFile)
def remove_from_storage(instance, **_more):
    """What no row tells of any more goes, once it is certain that the row has gone."""
    remove = partial(instance.file.storage.delete, instance.file.name)
    transaction.on_commit(remove, robust=True)
