"""Pictures and documents of a practice: sent by its city, read by whoever reads the practice."""

import importlib
import threading
import zipfile
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from PIL import Image

from efus.file_storage import in_bucket
from practices.files import recognition
from practices.files.forms import KnownFile
from practices.files.names import readable_name
from practices.models import PracticeEvent, PracticeFile
from tests.domain import (
    a_city,
    a_coordinator,
    a_file,
    a_person,
    a_practice,
    an_administrator,
    an_editor,
)

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORD_WITH_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"


def a_picture(kind="PNG", size=(60, 40), mode="RGB", **options):
    written = BytesIO()
    Image.new(mode, size).save(written, kind, **options)
    return written.getvalue()


def a_package(entries):
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries.items():
            package.writestr(name, content)
    return written.getvalue()


def a_word_document(main=WORD, **entries):
    contents = f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    return a_package({"[Content_Types].xml": contents, "word/document.xml": "<x/>"} | entries)


def an_open_document(kind="text", **entries):
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return a_package({"mimetype": mimetype, "content.xml": "<x/>"} | entries)


def sent(content, name="Verslag.pdf", **texts):
    """What the form sends for one new file."""
    texts = {f"new-0-{field}": text for field, text in texts.items()}
    return {"new-0-upload": SimpleUploadedFile(name, content)} | texts


@pytest.fixture(autouse=True)
def storage_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def stored(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


@pytest.fixture
def draft():
    return a_practice(a_city("Genk"), "nl", published_days_ago=None)


@pytest.fixture
def writer(client, draft):
    """The page of the draft's files, for an editor: ``writer(what is sent)``."""
    client.force_login(an_editor(draft.city, language="en"))
    return partial(client.post, f"/en/workspace/practices/{draft.pk}/files/")


# What is taken


@pytest.mark.parametrize(
    ("content", "file_type"),
    [
        (PDF, "pdf"),
        (a_picture("JPEG"), "jpg"),
        (a_picture("PNG"), "png"),
        (a_picture("WEBP"), "webp"),
        (a_picture("GIF"), "gif"),
        (an_open_document("text"), "odt"),
        (an_open_document("spreadsheet"), "ods"),
        (an_open_document("presentation"), "odp"),
        (a_word_document(), "docx"),
        (
            a_word_document(WORD.replace("wordprocessingml.document", "spreadsheetml.sheet")),
            "xlsx",
        ),
        (
            a_word_document(
                WORD.replace("wordprocessingml.document", "presentationml.presentation")
            ),
            "pptx",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_is_what_its_content_says(writer, client, draft, content, file_type):
    answer = writer(sent(content, "Ons verslag.exe", alternative_text="Een groen vlak"))
    assert answer.status_code == 302
    file = draft.files.get()
    assert (file.file_type, file.name) == (file_type, f"Ons verslag.{file_type}")
    assert file.file.name.endswith(f".{file_type}")
    assert "verslag" not in file.file.name
    read = client.get(file.get_absolute_url())
    assert read["Content-Type"] == file.content_type
    assert len(b"".join(read.streaming_content)) == file.size


def a_damaged_package(compression):
    """Its list of entries is whole; what is packed is not."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", compression) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text" * 20)
    content = bytearray(written.getvalue())
    content[42:52] = b"\xff" * 10
    return bytes(content)


REFUSED = {
    "empty": (b"", "is empty"),
    "a program": (b"MZ\x90\x00" + bytes(200), "none of the kinds"),
    "a page": (b"<html><script>alert(1)</script></html>", "none of the kinds"),
    "a drawing": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "an old document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old office file"),
    "a photo of a telephone": (b"\x00\x00\x00\x18ftypheic" + bytes(99), "Save it as JPEG"),
    "11 megabytes": (PDF + bytes(11 * 2**20), "larger than 10.0\xa0MB"),
    "half a picture": (a_picture(size=(900, 900))[:1200], "damaged"),
    "half a photo": (a_picture("JPEG", size=(900, 900))[:2000], "damaged"),
    "only the beginning of a picture": (b"\x89PNG\r\n\x1a\n<html>", "damaged"),
    "only the beginning of a document": (a_word_document()[:120], "damaged"),
    "a damaged package": (a_damaged_package(zipfile.ZIP_DEFLATED), "damaged"),
    "one that is packed in a rare way": (a_damaged_package(zipfile.ZIP_LZMA), "damaged"),
    "too many pixels": (a_picture(size=(9000, 9000), mode="1"), "million pixels"),
    "a bomb of pixels": (a_picture(size=(20000, 20000), mode="1"), "million pixels"),
    "macros": (a_word_document(WORD_WITH_MACROS), "macros"),
    "hidden macros": (a_word_document(**{"word/vbaProject.bin": "x"}), "macros"),
    "open macros": (an_open_document(**{"Basic/Standard/Module1.xml": "x"}), "macros"),
    "an archive": (a_package({"a.txt": "x"}), "none of the kinds"),
    "an archive that says what it is not": (
        a_package({"mimetype": "application/epub+zip"}),
        "none of the kinds",
    ),
    "no package of contents": (
        a_package({"[Content_Types].xml": "\x00\x01"}),
        "none of the kinds",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_taken_is_said_with_the_reason(writer, draft, storage_of_its_own, what):
    content, reason = REFUSED[what]
    answer = writer(
        sent(content, "Verslag.pdf", alternative_text="Een plein", description="Ons verslag")
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“Verslag.pdf”: " in page
    assert reason in page
    # What was typed stays.
    assert 'value="Een plein"' in page
    assert 'value="Ons verslag"' in page
    assert not draft.files.exists()
    assert not stored(storage_of_its_own)


def test_what_unpacks_to_far_more_is_not_taken(writer, monkeypatch):
    monkeypatch.setattr(recognition, "MOST_UNPACKED_BYTES", 2**20)
    bomb = a_word_document(**{"word/media/x": bytes(2**20)})
    assert len(bomb) < 5_000
    assert "far too big" in writer(sent(bomb)).content.decode()


def test_a_moving_picture_is_not_taken(writer):
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "green")]
    moving = BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    assert "Moving pictures" in writer(sent(moving.getvalue())).content.decode()


def test_far_more_than_the_limit_fills_no_disk(writer, settings):
    settings.FILE_SIZE_LIMIT = 100_000
    answer = writer(sent(PDF + bytes(5_000_000)))
    assert "larger than 97.7\xa0KB" in answer.content.decode()
    (upload,) = answer.wsgi_request.FILES.values()
    assert upload.size < 300_000


def test_where_a_photo_was_taken_is_not_told(writer, draft):
    exif = Image.Exif()
    exif[0x0112] = 6  # taken upright with a camera that lies on its side
    exif[0x010E] = "a secret place"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (50.0, 57.0, 54.0)
    photo = a_picture("JPEG", size=(80, 40), exif=exif, comment=b"a secret remark")
    assert b"secret place" in photo
    assert b"secret remark" in photo
    writer(sent(photo, "IMG_1.jpg", alternative_text="Een plein"))
    file = draft.files.get()
    assert (file.width, file.height) == (40, 80)
    content = file.file.read()
    assert b"secret" not in content
    with Image.open(BytesIO(content)) as kept:
        assert not kept.getexif()
        assert kept.size == (40, 80)


def test_a_very_large_photo_is_made_smaller(writer, draft):
    writer(sent(a_picture("JPEG", size=(6000, 3000)), alternative_text="Een plein"))
    file = draft.files.get()
    assert (file.width, file.height) == (2400, 1200)


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Documenten\\Verslag 2025.PDF", "Verslag 2025.pdf"),
        ("a\x00b\nc\r.pdf", "a b c.pdf"),
        ("verslag\u202efdp.exe", "verslagfdp.pdf"),
        ("Versie 1.2 van maart", "Versie 1.2 van maart.pdf"),
        (".pdf", "file.pdf"),
        ("…\u200b.", "….pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("x" * 400, "x" * 100 + ".pdf"),
    ],
)
def test_a_name_is_readable_and_on_one_line(name, readable):
    assert readable_name(name, "pdf") == readable


def test_a_name_of_hidden_signs_does_no_harm(writer, draft, client):
    writer(sent(PDF, "\u202e\u2066\u200f.pdf"))
    file = draft.files.get()
    assert file.name == "file.pdf"
    assert client.get(file.get_absolute_url()).status_code == 200


# Sending


def test_several_are_added_at_once_and_noted_in_the_history(writer, draft):
    answer = writer(
        sent(PDF, "Verslag.pdf", description="Het verslag")
        | {
            "new-1-upload": SimpleUploadedFile("Plein.png", a_picture()),
            "new-1-alternative_text": "Een plein met mensen",
        }
    )
    assert answer.status_code == 302
    document, picture = draft.files.all()
    assert document.description == "Het verslag"
    assert picture.alternative_text == "Een plein met mensen"
    assert picture.uploaded_by == answer.wsgi_request.user
    events = draft.events.order_by("pk").values_list("kind", "comment")
    assert list(events) == [("file-added", "Verslag.pdf"), ("file-added", "Plein.png")]


def test_a_picture_needs_words_for_those_who_cannot_see_it(writer, draft):
    answer = writer(sent(a_picture(), "Plein.png", description="Het plein"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Say what “Plein.png” shows" in page
    assert 'value="Het plein"' in page
    assert not draft.files.exists()


def test_of_several_the_good_ones_are_kept(writer, draft):
    answer = writer(
        sent(PDF, "Goed.pdf") | {"new-1-upload": SimpleUploadedFile("Slecht.pdf", b"MZ")}
    )
    assert answer.status_code == 422
    assert draft.files.get().name == "Goed.pdf"
    page = answer.content.decode()
    assert "“Goed.pdf” is added." in page
    assert "“Slecht.pdf”: " in page


def test_sent_twice_it_is_added_once(writer, draft, storage_of_its_own):
    writer(sent(PDF))
    again = writer(sent(PDF), follow=True)
    assert "among the files already" in again.content.decode()
    assert draft.files.count() == draft.events.count() == len(stored(storage_of_its_own)) == 1


def test_there_is_room_for_so_many_and_no_more(writer, draft, settings):
    settings.FILES_PER_PRACTICE = 2
    a_file(draft)
    answer = writer(sent(PDF) | {"new-1-upload": SimpleUploadedFile("Te veel.pdf", PDF + b"more")})
    assert answer.status_code == 422
    assert "“Te veel.pdf”: A practice has 2 files at most" in answer.content.decode()
    assert draft.files.count() == 2


def test_nothing_at_all_changes_nothing(writer, draft):
    assert writer({}).status_code == 302
    assert not draft.events.exists()


@pytest.mark.parametrize(
    "garbage",
    [
        {"move": "1-2-3"},
        {"move": "9" * 30 + "-1"},
        {"move": "²-1"},
        {"new-0-upload": "no file but a text"},
        {"file-99-description": "of a file that is gone", "file-99-began_from": "x"},
    ],
)
def test_garbage_does_nothing(writer, draft, garbage):
    assert writer(garbage).status_code == 302
    assert not draft.files.exists()


def test_a_nul_character_is_refused_in_words(writer, draft):
    answer = writer(sent(PDF, description="a\x00b"))
    assert answer.status_code == 422
    assert "Null characters" in answer.content.decode()


def test_a_storage_that_is_full_is_told_and_loses_nothing_typed(writer, draft, storage_of_its_own):
    storage_of_its_own.parent.mkdir(exist_ok=True)
    storage_of_its_own.write_text("a file where the folder should be")
    answer = writer(sent(PDF, description="Het verslag"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "could not be stored now" in page
    assert 'value="Het verslag"' in page
    assert not draft.files.exists()


# Texts and order


def as_seen(file, **texts):
    """What the form sends of *file* as it is now, with *texts* typed over it."""
    form = KnownFile(None, file=file, language="nl")
    seen = {f"file-{file.pk}-{name}": form[name].initial for name in form.fields}
    return seen | {f"file-{file.pk}-{name}": text for name, text in texts.items()}


def test_texts_are_corrected_and_a_picture_keeps_having_one(writer, draft):
    picture = a_file(draft, image=True)
    assert writer(as_seen(picture, alternative_text="Een markt")).status_code == 302
    picture.refresh_from_db()
    assert picture.alternative_text == "Een markt"
    assert writer(as_seen(picture, alternative_text="")).status_code == 422
    picture.refresh_from_db()
    assert picture.alternative_text == "Een markt"


def test_two_people_do_not_overwrite_each_other_unseen(writer, draft):
    first, second = a_file(draft), a_file(draft)
    seen = as_seen(first) | as_seen(second)
    writer(seen | {f"file-{first.pk}-description": "Van de een"})
    # The other changed the second only: both are kept.
    writer(seen | {f"file-{second.pk}-description": "Van de ander"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.description, second.description) == ("Van de een", "Van de ander")
    # Now the same one: told once, and saved when it is sent again.
    late = writer(seen | {f"file-{first.pk}-description": "Van de ander"})
    assert late.status_code == 422
    assert "to: “Van de een”" in late.content.decode()
    assert 'value="Van de ander"' in late.content.decode()
    writer(as_seen(PracticeFile.objects.get(pk=first.pk), description="Van de ander"))
    first.refresh_from_db()
    assert first.description == "Van de ander"


def test_files_change_places_once_however_often_it_is_asked(writer, client, draft):
    one, two, three = (a_file(draft) for _number in range(3))
    page = client.get(f"/en/workspace/practices/{draft.pk}/files/").content.decode()
    assert f'value="{three.pk}-{two.pk}"' in page
    for _time in range(2):
        answer = writer({"move": f"{three.pk}-{two.pk}"})
        assert answer.url.endswith(f"/files/#file-{three.pk}")
        assert list(draft.files.all()) == [one, three, two]
    with transaction.atomic():
        connection.check_constraints()


def test_moving_saves_what_was_typed_first(writer, draft):
    one, two = a_file(draft), a_file(draft, image=True)
    writer(as_seen(one, description="Eerst") | {"move": f"{two.pk}-{one.pk}"})
    one.refresh_from_db()
    assert one.description == "Eerst"
    assert list(draft.files.all()) == [two, one]
    refused = writer(as_seen(two, alternative_text="") | {"move": f"{one.pk}-{two.pk}"})
    assert refused.status_code == 422
    assert list(draft.files.all()) == [two, one]


# Removing


def test_a_file_is_removed_after_asking_and_the_storage_forgets_it(
    client, draft, storage_of_its_own, django_capture_on_commit_callbacks
):
    client.force_login(an_editor(draft.city))
    file = a_file(draft, name="Verslag.pdf")
    address = f"/en/workspace/practices/{draft.pk}/files/{file.pk}/remove/"
    assert "Remove “Verslag.pdf”?" in client.get(address).content.decode()
    assert draft.files.exists()
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        assert client.post(address).status_code == 302
        assert stored(storage_of_its_own)  # until it is certain
    assert len(callbacks) == 1
    assert not stored(storage_of_its_own)
    event = draft.events.get()
    assert (event.kind, event.comment) == ("file-removed", "Verslag.pdf")
    # Once more, it is told and nothing is noted.
    again = client.post(address, follow=True)
    assert "not there any more" in again.content.decode()
    assert client.get(address).status_code == 404
    assert draft.events.count() == 1


def test_what_was_stored_goes_with_its_practice(
    draft, storage_of_its_own, django_capture_on_commit_callbacks
):
    a_file(draft)
    with django_capture_on_commit_callbacks(execute=True):
        draft.delete()
    assert not stored(storage_of_its_own)


def test_a_removal_that_is_taken_back_loses_nothing(
    draft, storage_of_its_own, django_capture_on_commit_callbacks
):
    file = a_file(draft)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        file.delete()
        transaction.set_rollback(True)
    assert stored(storage_of_its_own)
    assert draft.files.exists()


# Who writes


def test_files_of_what_is_published_are_for_coordinators(client):
    practice = a_practice(a_city("Genk"))
    address = f"/en/workspace/practices/{practice.pk}/files/"
    for person, status in [
        (an_editor(practice.city), 403),
        (a_person(staff_role="reviewer"), 403),
        (a_coordinator(a_city("Leuven")), 403),
        (a_coordinator(practice.city), 302),
        (an_administrator(), 302),
    ]:
        client.force_login(person)
        before = practice.files.count()
        answer = client.post(address, sent(PDF + str(status).encode() + person.email.encode()))
        assert answer.status_code == status
        assert practice.files.count() == before + (status == 302)


def test_files_of_what_is_archived_stay_as_they_are(client):
    practice = a_practice(a_city("Genk"), state="archived")
    client.force_login(a_coordinator(practice.city))
    answer = client.post(f"/en/workspace/practices/{practice.pk}/files/", sent(PDF))
    assert answer.status_code == 403
    assert "This practice is archived" in answer.content.decode()


def test_a_lost_session_keeps_what_was_typed_and_asks_for_the_file_again(client, draft):
    editor = an_editor(draft.city)
    client.force_login(editor)
    address = f"/en/workspace/practices/{draft.pk}/files/"
    page = client.get(address).content.decode()
    written_by = page.partition('name="written_by" value="')[2].partition('"')[0]
    client.logout()
    answer = client.post(
        address, sent(PDF, description="Het verslag") | {"written_by": written_by}
    )
    assert answer.url.startswith("/en/account/login/")
    client.force_login(editor)
    page = client.get(address).content.decode()
    assert "Files have to be chosen once more" in page
    assert "Choose the file, also if you had chosen it before." in page
    assert 'value="Het verslag"' in page


# Who reads


def test_a_file_is_read_by_whoever_may_read_its_practice(client):
    genk = a_city("Genk")
    draft = a_practice(genk, published_days_ago=None)
    file = a_file(draft)
    address = file.get_absolute_url()
    assert client.get(address).status_code == 404
    for person, status in [
        (an_editor(a_city("Leuven")), 404),
        (an_editor(genk), 200),
        (a_person(staff_role="reviewer"), 200),
    ]:
        client.force_login(person)
        assert client.get(address).status_code == status
    client.logout()
    published = a_file(a_practice(genk))
    assert client.get(published.get_absolute_url()).status_code == 200
    # Under the address of another practice it is not there.
    assert client.get(f"/en/practices/{draft.pk}/files/{published.pk}/x.pdf").status_code == 404
    assert client.get(f"/en/practices/{'9' * 30}/files/{'9' * 30}/x.pdf").status_code == 404


def test_a_file_does_nothing_in_the_name_of_the_platform(client):
    practice = a_practice(a_city())
    document = client.get(a_file(practice, name="Jaarverslag é.pdf").get_absolute_url())
    picture = client.get(a_file(practice, image=True).get_absolute_url())
    for answer in (document, picture):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "script-src" not in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "private, no-cache"
    assert document["Content-Disposition"] == (
        "attachment; filename*=utf-8''Jaarverslag%20%C3%A9.pdf"
    )
    assert picture["Content-Disposition"].startswith("inline")


def test_a_browser_that_has_a_file_does_not_get_it_again(client):
    practice = a_practice(a_city())
    address = a_file(practice).get_absolute_url()
    etag = client.get(address)["ETag"]
    again = client.get(address, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == "private, no-cache"
    practice.state = "unpublished"
    practice.save()
    assert client.get(address, headers={"if-none-match": etag}).status_code == 404


def test_a_file_that_the_storage_lost_is_told_in_words(client, storage_of_its_own):
    file = a_file(a_practice(a_city()))
    for path in stored(storage_of_its_own):
        path.unlink()
    answer = client.get(file.get_absolute_url())
    assert answer.status_code == 404
    assert "This file is lost" in answer.content.decode()


def test_the_page_of_a_practice_shows_pictures_and_lists_documents(client):
    practice = a_practice(a_city(), "nl", title_nl="Mentoren")
    a_file(practice, description="Het <b>verslag</b>", size=1_258_291)
    picture = a_file(practice, image=True, alternative_text='Een "plein"', description="Ons plein")
    page = client.get(f"/en/practices/{practice.pk}/", follow=True).content.decode()
    assert '<span lang="nl">Het &lt;b&gt;verslag&lt;/b&gt;</span></a>' in page
    assert "(PDF, 1.2\xa0MB)" in page
    assert (
        f'<img src="{picture.get_absolute_url()}" alt="Een &quot;plein&quot;" lang="nl"'
        ' width="400" height="300"'
    ) in page
    assert '<figcaption><span lang="nl">Ons plein</span></figcaption>' in page
    page = client.get(f"/nl/practices/{practice.pk}/", follow=True).content.decode()
    assert 'alt="Een &quot;plein&quot;" width' in page


def test_pages_take_a_constant_number_of_queries(client, draft, django_assert_num_queries):
    practice = a_practice(draft.city)
    client.force_login(an_editor(draft.city))
    public, workspace = (
        f"/en/practices/{practice.pk}/{practice.slug}/",
        f"/en/workspace/practices/{draft.pk}/files/",
    )
    for row in (practice, draft):
        a_file(row)
        a_file(row, image=True)
    expected = {public: 23, workspace: 12}
    for address, number in expected.items():
        with django_assert_num_queries(number):
            assert client.get(address).status_code == 200
    for row in (practice, draft):
        for number in range(12):
            a_file(row, image=number % 2)
    for address, number in expected.items():
        with django_assert_num_queries(number):
            client.get(address)


# What the database keeps


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"file_type": "exe"}, "practice_file_type_known"),
        ({"size": 0}, "practice_file_not_empty"),
        ({"name": ""}, "practice_file_has_name"),
        ({"digest": "x" * 64}, "practice_file_digest_valid"),
        ({"image": True, "alternative_text": ""}, "practice_file_image_has_alternative_text"),
        ({"image": True, "width": None}, "practice_file_image_has_measures"),
        ({"width": 4, "height": 4}, "practice_file_image_has_measures"),
    ],
)
def test_what_must_always_hold_of_a_file(draft, fields, rule):
    with pytest.raises(IntegrityError, match=rule):
        a_file(draft, **fields)


def test_on_the_way_back_the_history_forgets_files(draft):
    for kind in ("saved", "file-added", "file-removed"):
        PracticeEvent.objects.create(practice=draft, kind=kind, to_state="draft", comment="x")
    migration = importlib.import_module("practices.migrations.0009_practice_file")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.FORGET_EVENTS_OF_FILES)
    assert [event.kind for event in draft.events.all()] == ["saved"]


# Another storage


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as putting, getting and deleting an object takes."""

    objects = {}

    def do_PUT(self):
        length = int(self.headers["Content-Length"])
        self.objects[self.path] = self.rfile.read(length), self.headers["Content-Type"]
        assert "efus-key" in self.headers["Authorization"]
        self._answer(200, {"ETag": '"x"'})

    def do_GET(self):
        content, content_type = self.objects.get(self.path, (b"", ""))
        if not content:
            return self._answer(404)
        return self._answer(200, {"Content-Type": content_type, "ETag": '"x"'}, content)

    do_HEAD = do_GET  # noqa: N815

    def do_DELETE(self):
        self.objects.pop(self.path, None)
        self._answer(204)

    def _answer(self, status, headers=(), content=b""):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_arguments):
        pass


@contextmanager
def a_bucket(settings):
    objects = {}
    handler = type("OneBucket", (Bucket,), {"objects": objects})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.STORAGES = settings.STORAGES | {
        "default": in_bucket(
            "efus",
            endpoint=f"http://127.0.0.1:{server.server_port}",
            region="eu-west-1",
            access_key="efus-key",
            secret_key="secret",
        )
    }
    try:
        yield objects
    finally:
        server.shutdown()
        server.server_close()


def test_files_are_kept_in_a_bucket_where_the_settings_say_so(
    writer, client, draft, settings, django_capture_on_commit_callbacks
):
    with a_bucket(settings) as objects:
        assert writer(sent(PDF)).status_code == 302
        file = draft.files.get()
        assert objects == {f"/efus/{file.file.name}": (PDF, "application/pdf")}
        read = client.get(file.get_absolute_url())
        assert b"".join(read.streaming_content) == PDF
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"/en/workspace/practices/{draft.pk}/files/{file.pk}/remove/")
        assert objects == {}


def test_a_bucket_that_does_not_answer_is_told_in_words(writer, client, draft, settings):
    with a_bucket(settings):
        writer(sent(PDF))
    answer = client.get(draft.files.get().get_absolute_url())
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()
    assert "could not be stored now" in writer(sent(PDF + b"2")).content.decode()
