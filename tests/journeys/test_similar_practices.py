"""Somebody goes from one practice to the ones most like it."""

import pytest

from practices.search.meaning import vectors
from practices.search.meaning.making import make_batch
from tests.browser import Reader
from tests.domain import a_city, a_practice, a_theme


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_from_one_practice_to_one_like_it(browser, platform, width):
    address, _start = platform
    vectors.after_migrate("default")
    theme = a_theme("nightlife", "Nightlife")
    practice = a_practice(
        a_city("Nantes", "FR"),
        "fr",
        themes=[theme],
        title_fr="Médiation de nuit au centre-ville",
        summary_fr="Des médiateurs apaisent les tensions entre riverains, bars et noctambules.",
    )
    for number in range(4):
        a_practice(
            a_city(f"L’Hospitalet de Llobregat {number}", "ES"),
            "es",
            themes=[theme],
            title_es=f"Mediación nocturna entre vecindario, bares y jóvenes en la calle {number}",
            summary_es="Un equipo de mediación calma los conflictos de la noche en el centro.",
        )
    make_batch()
    reader = Reader(browser, address, width, "fr-FR")
    reader.open(f"/fr/practices/{practice.pk}/")
    assert reader.page.locator(".similar li").count() == 3
    reader.press(".similar li:first-child a")
    assert reader.page.locator("h1").inner_text().startswith("Mediación nocturna")
