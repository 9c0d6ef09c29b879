"""Reading: home, browse, one practice."""

import rules
from django.db.models import Count
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from cities.models import City
from efus.context import page_languages
from efus.pagination import page_of
from practices.enums import PublicationState
from practices.models import TEXT_FIELDS, Practice
from practices.reading import practice_read_by
from practices.search import sets
from practices.search.cards import describe
from practices.search.facets import ThemeFacet
from practices.search.filters import Search
from practices.search.meaning.similar import similar
from practices.search.meaning.state import state
from practices.translations.states import reader_note

TEXTS_ON_PAGE = TEXT_FIELDS[2:]
ADOPTIONS_ON_PAGE = 5


@require_safe
def home(request):
    """The first page: search, themes, newest."""
    language = get_language()
    published = sets.current()
    themes = ThemeFacet()
    counts = published.counts([themes.parameter])[themes.parameter]
    return render(
        request,
        "home.html",
        {
            "newest": Practice.objects.published().newest_first().as_cards(language)[:6],
            "themes": [
                (slug, label, counts[slug])
                for slug, label in themes.labels.items()
                if slug in counts and not themes.depth(slug)
            ],
            "practice_count": len(published.published),
            "member_counts": City.objects.members().aggregate(
                cities=Count("pk"), countries=Count("country", distinct=True)
            ),
        },
    )


@require_safe
def browse(request):
    """Search and narrow the published practices."""
    language = get_language()
    search = Search.from_query(request.GET, language)
    page = page_of(request, search.results().as_cards(language))
    describe(page.object_list, search)
    return render(
        request,
        "practices/browse.html",
        {
            "search": search,
            "page": page,
            "facets": search.facet_values(),
            "chosen": search.chosen_values(),
            "named": search.named_values(),
            "ways_out": [] if page.object_list else search.ways_out(),
            "note_for_staff": state().note if getattr(request.user, "staff_role", "") else "",
        },
    )


@require_safe
def practice(request, pk, slug=""):
    """One practice; a wrong or old end of the address redirects to the right one."""
    found = practice_read_by(request.user, pk)
    if slug != found.slug:
        return redirect(found, permanent=False)
    language = get_language()
    files = found.files.all()
    adoptions = found.adoptions.public().with_cities()
    note = reader_note(found, language)
    return render(
        request,
        "practices/practice.html",
        {
            "practice": found,
            "title": found.shown("title", language),
            "summary": found.shown("summary", language),
            "texts": [
                (Practice._meta.get_field(field).verbose_name, text)
                for field in TEXTS_ON_PAGE
                if (text := found.shown(field, language))
            ],
            "images": [file for file in files if file.is_image],
            "documents": [file for file in files if not file.is_image],
            "translation_note": note,
            "may_correct": bool(note)
            and request.user.has_perm("practices.offer_correction", found),
            "languages": found.languages_of("title"),
            "page_languages": page_languages(found.address_in),
            "is_of_a_member": found.city.current_membership is not None,
            "is_public": found.state == PublicationState.PUBLISHED,
            "adoptions": adoptions[:ADOPTIONS_ON_PAGE],
            "adoption_count": adoptions.count(),
            "similar": similar(found, language),
            "may_take_up": rules.test_rule("practices.take_up_practice", request.user, found),
            "may_edit": request.user.has_perm("practices.edit_practice", found),
            "may_translate": request.user.has_perm("practices.translate_practice", found),
        },
    )
