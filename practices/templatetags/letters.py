"""How many letters wait for the person who reads the page."""

from django import template

from practices.models import Letter

register = template.Library()


@register.simple_tag(takes_context=True)
def new_letters(context):
    """The number of letters that the signed-in person has not read."""
    return Letter.objects.new_for(context["request"].user).count()
