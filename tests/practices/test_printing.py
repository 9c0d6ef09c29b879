"""Somebody prints a practice, or sends it on as a PDF."""

import re
import threading
import zlib

import pytest
from django.conf import settings
from django.utils.translation import override

from practices.models import Practice
from practices.printing.document import content_of, pdf_of
from practices.printing.structure import blocks_of, printable, size_of
from tests.domain import a_city, a_partnership, a_practice, a_theme, a_translation, an_editor

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.fixture
def mentors():
    genk = a_city("Genk", "BE")
    practice = a_practice(
        genk,
        "nl",
        title_nl="Mentoren voor jongeren",
        summary_nl="Jongeren krijgen een mentor.",
        how_it_works_nl="# Elke week\n\nEen **gesprek**:\n\n- thuis\n- [op school](https://a.be)",
        themes=[a_theme("young-people")],
        started_on="2022-03-01",
    )
    a_partnership(genk, practice)
    return practice


def pdf(client, practice, language="nl", **headers):
    return client.get(f"/{language}/practices/{practice.pk}/pdf/", headers=headers)


def objects_of(file):
    """The objects of a PDF as text, also those that it keeps compressed."""
    parts = [file]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", file, re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_is_tagged_and_says_its_title_and_language(client, mentors, language):
    a_translation(mentors, "sv", title="Mentorer för ungdomar")
    response = pdf(client, mentors, language)
    assert response["Content-Type"] == "application/pdf"
    file = response.getvalue()
    assert file.startswith(b"%PDF-1.7")
    parts = objects_of(file)
    title = "Mentorer för ungdomar" if language == "sv" else "Mentoren voor jongeren"
    assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", parts)
    assert re.search(rb"/Lang\s*\(" + language.encode(), parts)
    assert f'<rdf:li xml:lang="x-default">{title}</rdf:li>'.encode() in parts
    assert b"<pdfuaid:part>1</pdfuaid:part>" in parts
    for tag in (b"/H1", b"/H2", b"/H3", b"/L", b"/LI", b"/Link", b"/P"):
        assert tag in parts


def test_a_text_in_another_language_is_marked_so(client, mentors):
    assert re.search(rb"/Lang\s*\(nl", objects_of(pdf(client, mentors, "fr").getvalue()))


def test_a_pdf_says_where_the_translation_comes_from_and_what_may_be_done_with_it(mentors):
    a_translation(mentors, "fr", state="machine", title="Des mentors")
    with override("fr"):
        content = content_of(Practice.objects.for_page().get())
    assert content["title"] == {"text": "Des mentors", "language": "fr"}
    assert len(content["notes"]) == 1
    assert content["licence_address"] == "https://creativecommons.org/licenses/by/4.0/"
    assert "Mentoren voor jongeren [Des mentors]" in content["citation"]
    assert [part["language"] for part in content["parts"]] == ["nl"]
    with override("nl"):
        assert content_of(Practice.objects.for_page().get())["notes"] == []


def test_a_practice_that_has_not_changed_is_the_same_file(client, mentors):
    first, second = pdf(client, mentors), pdf(client, mentors)
    assert first.getvalue() == second.getvalue()
    assert first["ETag"] == second["ETag"]
    known = pdf(client, mentors, if_none_match=first["ETag"])
    assert (known.status_code, known.getvalue()) == (304, b"")
    assert pdf(client, mentors, "fr")["ETag"] != first["ETag"]
    mentors.summary_nl = "Anders."
    mentors.save()
    assert pdf(client, mentors, if_none_match=first["ETag"]).status_code == 200


def test_a_draft_is_printed_by_its_city_only(client):
    genk = a_city("Genk")
    draft = a_practice(genk, published_days_ago=None)
    assert pdf(client, draft).status_code == 404
    client.force_login(an_editor(genk))
    response = pdf(client, draft)
    assert response.status_code == 200
    assert "private" in response["Cache-Control"]


def test_no_text_is_taken_for_an_instruction(client):
    text = '#panic("x") #read("/etc/passwd") $x^2$ @label <label> `code` \\u{41} // comment'
    practice = a_practice(a_city(text[:30]), title_nl=text, summary_nl=text, how_it_works_nl=text)
    a_partnership(practice.city, practice)
    assert pdf(client, practice).getvalue().startswith(b"%PDF")
    with override("nl"):
        content = content_of(Practice.objects.for_page().get())
    assert content["title"]["text"] == text


@pytest.mark.parametrize(
    "text",
    [
        "łódź ğ ș ő Ελληνικά Кириллица",
        "👩‍👩‍👧 مرحبا 你好",
        "a\x01\x7f\ufffe\u202eb",
        "a" + "\u0301" * 5_000,
        "x" * 20_000,
        "> " * 9_000 + "x",
        "- " * 9_000 + "x",
        "*a _b " * 250 + "c_ d*" * 250,
        "#\n\n# \n\n###### deep\n\n- \n\n[](https://a.be)",
        "999999999. a",
        f"[a](https://a.be/{'a' * 7_985})",
        f"[a](https://a.be/{'a' * 9_000})",
        f"<https://a.be/{'é' * 3_000}>",
    ],
)
def test_strange_texts_are_set_too(client, text):
    practice = a_practice(a_city(), how_it_works_nl=text)
    assert pdf(client, practice).getvalue().startswith(b"%PDF")


def test_what_is_too_long_for_a_pdf_says_so(client):
    practice = a_practice(a_city(), how_it_works_nl="- a\n" * 5_000)
    response = pdf(client, practice, "en")
    assert response.status_code == 404
    assert "too long for a PDF" in response.content.decode()


def test_several_at_once_are_set_as_one_after_the_other(mentors):
    with override("nl"):
        content = content_of(Practice.objects.for_page().get())
    files = []
    threads = [
        threading.Thread(target=lambda: files.append(pdf_of(content))) for _number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files) == 4
    assert len(set(files)) == 1


def test_a_text_becomes_blocks():
    text = "Een **vet *schuin* woord**\nen [meer](https://a.be)\n\n2. twee\n   - *in*\n\n> citaat"
    paragraph, numbers, quote = blocks_of(text)
    assert paragraph["content"] == [
        "Een ",
        {
            "kind": "strong",
            "content": ["vet ", {"kind": "emphasis", "content": ["schuin"]}, " woord"],
        },
        None,
        "en ",
        {
            "kind": "link",
            "content": ["meer"],
            "address": "https://a.be",
            "shown_address": "https://a.be",
        },
    ]
    assert (numbers["kind"], numbers["start"]) == ("numbers", 2)
    assert [block["kind"] for block in numbers["content"][0]["content"]] == ["paragraph", "list"]
    assert (quote["kind"], quote["content"][0]["kind"]) == ("quote", "paragraph")
    assert size_of([paragraph, numbers, quote]) == 23


def test_no_heading_is_skipped_and_none_is_empty():
    levels = [block["level"] for block in blocks_of("## a\n\n#### b\n\n#\n\n# c\n\n## d")]
    assert levels == [3, 4, 3, 4]


def test_only_very_long_words_are_broken_anywhere():
    assert printable("Jugendkriminalitätspräventionsstelle") == (
        "Jugendkriminalitätspräventionsstelle"
    )
    assert printable("x" * 45).count("\u200b") == 4


def test_the_page_leads_to_its_pdf(client, mentors):
    page = client.get(mentors.get_absolute_url(), follow=True).content.decode()
    assert f"/practices/{mentors.pk}/pdf/" in page
