from django import template
from django.utils.html import format_html

from efus.kept_forms import WRITER_FIELD, signed_writer

register = template.Library()


@register.simple_tag(takes_context=True)
def written_by(context):
    """The hidden field by which a form is kept for the person whose page it is on."""
    return format_html(
        '<input type="hidden" name="{}" value="{}">',
        WRITER_FIELD,
        signed_writer(context["request"].user),
    )
