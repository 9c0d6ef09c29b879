"""Adding files without scripts of ours, as the browser sends them."""

from io import BytesIO

import pytest
from PIL import Image

from practices.models import PracticeFile
from tests.browser import Reader, wait_until
from tests.domain import a_city, a_coordinator, a_practice


def a_photo():
    written = BytesIO()
    Image.new("RGB", (1600, 900), "seagreen").save(written, "JPEG")
    return written.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_coordinator_adds_a_picture_and_a_document(browser, platform, width):
    address, _start = platform
    practice = a_practice(a_city("Genk", "BE"), "nl", title_nl="Mentoren")
    coordinator = a_coordinator(practice.city, email="coordinator@genk.example", language="nl")
    writer = Reader(browser, address, width, "nl-NL")
    writer.sign_in(coordinator, "nl")
    writer.open(f"/nl/workspace/practices/{practice.pk}/files/")
    photo = {"name": "Plein.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    report = {"name": "Een_heel_lang_verslag" * 4 + ".pdf", "mimeType": "x/y", "buffer": b"%PDF-1"}
    writer.page.locator("[name=new-0-upload]").set_input_files(photo)
    writer.page.locator("[name=new-1-upload]").set_input_files(report)
    with writer.page.expect_navigation():
        writer.page.locator(".form-actions button").click()
    # The document is in; the picture wants its words. A browser tells its console of a 422.
    writer.complaints.clear()
    writer.look()
    assert PracticeFile.objects.get().file_type == "pdf"
    writer.page.locator("[name=new-0-alternative_text]").fill("Een plein met bomen")
    writer.page.locator("[name=new-0-upload]").set_input_files(photo)
    writer.press(".form-actions button")
    picture = PracticeFile.objects.get(file_type="jpg")
    writer.press(f"#file-{picture.pk} [name=move]")
    assert [file.file_type for file in practice.files.all()] == ["jpg", "pdf"]
    writer.press(f"#file-{picture.pk} a[href$='/remove/']")
    writer.open(f"/nl/practices/{practice.pk}/")
    shown = writer.page.locator(".picture img")
    shown.scroll_into_view_if_needed()
    wait_until(writer.page, "document.querySelector('.picture img').naturalWidth > 0")
    assert shown.get_attribute("alt") == "Een plein met bomen"
