"""The terms that practices are found by."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from efus.spelling import address_part
from practices.models.original_language import has_text


class Term(models.Model):
    """A term that staff edit, named in every language."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=100, unique=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "slug"]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.slug = self.slug or address_part(self.name_en)
        super().save(*args, **kwargs)

    @property
    def is_used(self):
        """Whether a practice or another term refers to this one."""
        return any(
            getattr(self, relation.get_accessor_name()).exists()
            for relation in self._meta.related_objects
        )


class ThemeQuerySet(models.QuerySet):
    def within(self, slugs):
        """The themes of these slugs and their children."""
        return self.filter(Q(slug__in=slugs) | Q(parent__slug__in=slugs))


class Theme(Term):
    """What a practice is about: a tree of two levels (kept by the trigger theme_two_levels)."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
        limit_choices_to={"parent": None},
    )

    objects = ThemeQuerySet.as_manager()

    class Meta(Term.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        constraints = [
            models.CheckConstraint(condition=~Q(slug=""), name="theme_has_slug"),
            models.CheckConstraint(condition=has_text("name_en"), name="theme_has_name"),
        ]

    def clean(self):
        super().clean()
        if self.parent and (self.parent == self or self.parent.parent_id or self._has_children()):
            raise ValidationError(
                {"parent": _("Themes have two levels: the parent must be one of the first.")}
            )

    def _has_children(self):
        return bool(self.pk) and self.children.exists()


class TargetGroup(Term):
    """Whom a practice is for."""

    class Meta(Term.Meta):
        verbose_name = _("target group")
        verbose_name_plural = _("target groups")
        constraints = [
            models.CheckConstraint(condition=~Q(slug=""), name="target_group_has_slug"),
            models.CheckConstraint(condition=has_text("name_en"), name="target_group_has_name"),
        ]


class Method(Term):
    """How a practice works: mediation, mentoring, theatre-forum …"""

    class Meta(Term.Meta):
        verbose_name = _("method")
        verbose_name_plural = _("methods")
        constraints = [
            models.CheckConstraint(condition=~Q(slug=""), name="method_has_slug"),
            models.CheckConstraint(condition=has_text("name_en"), name="method_has_name"),
        ]
