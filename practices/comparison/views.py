"""Up to four practices side by side."""

from django.http import QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from practices.comparison.choice import Choice
from practices.comparison.rows import facts, texts
from practices.search.filters import Search

OFFERED = 8  # practices found by words, to be put beside those chosen


@require_safe
def compare(request):
    """The practices of the address, row by row, and others found to be put beside them."""
    language = get_language()
    choice = Choice(request.GET.getlist("practice"), language)
    words = QueryDict(mutable=True)
    words["q"] = request.GET.get("q", "")
    search = Search.from_query(words, language)
    offered = []
    if search.words and choice.has_room:
        found = search.results().as_cards(language)[: OFFERED + len(choice.numbers)]
        others = [practice for practice in found if practice.pk not in choice.numbers]
        offered = [(practice, choice.query_with(practice.pk)) for practice in others[:OFFERED]]
    return render(
        request,
        "comparison/compare.html",
        {
            "choice": choice,
            "columns": [(row, choice.query_without(row.pk)) for row in choice.practices],
            "facts": facts(choice.practices),
            "texts": texts(choice.practices, language),
            "search": search,
            "offered": offered,
        },
    )
