"""Terms are named in every language, and staff have the last word on them."""

import pytest
from django.conf import settings

from practices.models import Method, TargetGroup, Theme
from practices.taxonomy import load_taxonomy

pytestmark = pytest.mark.django_db


def test_every_term_is_named_in_every_language():
    load_taxonomy()
    for model in (Theme, TargetGroup, Method):
        for term in model.objects.all():
            for code, _name in settings.LANGUAGES:
                assert getattr(term, f"name_{code}"), f"{term.slug} in {code}"


def test_loading_again_keeps_what_staff_changed():
    assert load_taxonomy() > 50
    Theme.objects.filter(slug="nightlife").update(name_en="The night")
    assert load_taxonomy() == 0
    assert Theme.objects.get(slug="nightlife").name_en == "The night"
