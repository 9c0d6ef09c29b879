"""The three services are spoken to as they document, and may fail in every way."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from efus.machine_translation import service_at
from practices.translations.machine.connectors import connector
from practices.translations.machine.connectors.etranslation import (
    decoded,
    document_of,
    error_for,
    texts_of,
)
from practices.translations.machine.connectors.exchange import seconds_until
from practices.translations.machine.enums import Problem
from practices.translations.machine.errors import (
    QuotaExhausted,
    Refused,
    TooLarge,
    TranslationFailed,
    TryLater,
    Unreadable,
)

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = {"answer_to": "http://127.0.0.1/a/", "errors_to": "http://127.0.0.1/e/"}


def translate(*texts, target="fr"):
    return connector().translate(texts, "nl", target)


def test_libretranslate_gets_a_list_of_html_and_its_key(libretranslate):
    assert translate("<p>Dag</p>", "Tot <b>ziens</b>") == ["<p>DAG</p>", "TOT <b>ZIENS</b>"]
    path, _headers, sent = libretranslate.requests[0]
    assert path == "/translate"
    assert sent == {
        "q": ["<p>Dag</p>", "Tot <b>ziens</b>"],
        "source": "nl",
        "target": "fr",
        "format": "html",
        "api_key": "a-key",
    }


def test_libretranslate_says_which_languages_it_knows_and_is_asked_once(libretranslate):
    service = connector()
    assert service.can("nl", "sv")  # until it is known
    service.learn_languages()
    service.learn_languages()
    assert len(libretranslate.requests) == 1
    assert service.can("nl", "fr")
    assert not service.can("nl", "sv")


def test_deepl_gets_its_key_in_the_header_and_the_variants_that_it_wants(deepl):
    assert translate("<p>Dag</p>", target="en") == ["<p>DAG</p>"]
    assert translate("Dag", target="pt") == ["DAG"]
    assert [sent["target_lang"] for _path, _headers, sent in deepl.requests] == ["EN-GB", "PT-PT"]
    assert deepl.requests[0][2]["source_lang"] == "NL"


def test_requests_stay_within_what_the_service_takes(deepl):
    texts = [f"tekst {number}" for number in range(120)]
    assert translate(*texts) == [text.upper() for text in texts]
    assert [len(sent["text"]) for _path, _headers, sent in deepl.requests] == [50, 50, 20]
    deepl.requests.clear()
    translate(*["x" * 60_000] * 3)
    assert [len(sent["text"]) for _path, _headers, sent in deepl.requests] == [1, 1, 1]


def test_etranslation_takes_a_signed_document_and_says_its_number(etranslation):
    number = connector().send(["<p>Dag</p>", "Tot"], "nl", "fr", reference="7", **ADDRESSES)
    assert number == "1001"
    (sent,) = etranslation.accepted
    assert sent["sourceLanguage"] == "NL"
    assert sent["targetLanguages"] == ["FR"]
    assert sent["externalReference"] == "7"
    assert sent["requesterCallback"] == ADDRESSES["answer_to"]
    assert sent["errorCallback"] == ADDRESSES["errors_to"]
    assert sent["destinations"] == {"httpDestinations": [ADDRESSES["answer_to"]]}
    assert sent["documentToTranslateBase64"]["format"] == "html"
    assert texts_of(decoded(etranslation.translated())) == {0: "<p>DAG</p>", 1: "TOT"}


def test_a_document_comes_apart_as_it_was_put_together_whatever_happens_to_it():
    texts = ["<p>a &amp; b<br>c</p>", "", "<div>in een <div>ander</div></div>", "&#233;"]
    document = document_of(texts)
    assert list(texts_of(document).values()) == texts
    assert texts_of(document.upper().replace("EFUS-TEXT", "efus-text"))[3] == "&#233;"
    for wrong in (b"", b"\xff\xfe", b"only words", b"AAAA", b"<p>\x00"):
        assert decoded(wrong) is None
    assert texts_of('<div id="efus-text-99999999">x</div><div id="efus-text-\u0663">y</div>') == {}


@pytest.mark.parametrize(
    ("answer", "error", "problem"),
    [
        ((400, {"message": "bad request"}), Refused, Problem.REQUEST_REFUSED),
        ((400, {"message": "'target_lang' not supported"}), Refused, Problem.LANGUAGE_UNKNOWN),
        ((400, {"error": "text limit (5000)"}), TooLarge, Problem.REQUEST_REFUSED),
        ((400, {"error": "Invalid API key"}), Refused, Problem.KEY_REFUSED),
        ((301, b"", {"Location": "http://127.0.0.1:1/"}), Refused, Problem.REQUEST_REFUSED),
        ((403, b""), Refused, Problem.KEY_REFUSED),
        ((404, b"<h1>Not found</h1>"), Refused, Problem.REQUEST_REFUSED),
        ((413, b""), TooLarge, Problem.REQUEST_REFUSED),
        ((429, b"", {"Retry-After": "17"}), TryLater, Problem.BUSY),
        ((456, b""), QuotaExhausted, Problem.QUOTA_EXHAUSTED),
        ((500, b""), TryLater, Problem.NOT_REACHED),
        ((503, b""), TryLater, Problem.BUSY),
        ((200, b"<html>Bad gateway</html>"), Unreadable, Problem.UNREADABLE),
        ((200, b'{"translations": [{"te'), Unreadable, Problem.UNREADABLE),
        ((200, {"translations": []}), Unreadable, Problem.UNREADABLE),
        ((200, {"translations": [{"text": None}]}), Unreadable, Problem.UNREADABLE),
        ((200, {"translations": [{"text": "nul\x00"}]}), Unreadable, Problem.UNREADABLE),
        ((200, {"translations": [{"text": "half\ud800"}]}), Unreadable, Problem.UNREADABLE),
        ((200, []), Unreadable, Problem.UNREADABLE),
        ((200, b"x" * 5_000_000), Unreadable, Problem.UNREADABLE),
    ],
)
def test_every_failure_has_a_name(deepl, answer, error, problem):
    deepl.next_answers = [answer]
    with pytest.raises(TranslationFailed) as failure:
        translate("Dag")
    assert type(failure.value) is error
    assert failure.value.problem == problem
    assert "a-key" not in str(failure.value)
    if answer[0] == 429:
        assert failure.value.seconds == 17
    assert translate("Dag") == ["DAG"]  # the connection is fit for the next request


def test_who_does_not_answer_in_time_is_tried_later(deepl, settings):
    settings.MACHINE_TRANSLATION_SECONDS = 0.2
    deepl.delay = 1
    started = time.monotonic()
    with pytest.raises(TryLater):
        translate("Dag")
    assert time.monotonic() - started < 1
    settings.MACHINE_TRANSLATION_URL = "deepl+http://key@127.0.0.1:1/"
    with pytest.raises(TryLater) as failure:
        translate("Dag")
    assert failure.value.problem == Problem.NOT_REACHED


def test_errors_of_etranslation(etranslation, settings):
    for number, error, problem in [
        (-20028, TryLater, Problem.BUSY),
        (-20013, Refused, Problem.LANGUAGE_UNKNOWN),
        (-20007, Refused, Problem.KEY_REFUSED),
        (-20046, TooLarge, Problem.REQUEST_REFUSED),
        (-1, Refused, Problem.REQUEST_REFUSED),
    ]:
        assert (type(error_for(number)), error_for(number).problem) == (error, problem)
    etranslation.next_answers = [None, (200, -20028)]
    with pytest.raises(TryLater):
        connector().send(["Dag"], "nl", "fr", reference="7", **ADDRESSES)
    etranslation.next_answers = [None, (200, {"something": "else"})]
    with pytest.raises(Unreadable):
        connector().send(["Dag"], "nl", "fr", reference="7", **ADDRESSES)
    settings.MACHINE_TRANSLATION_URL = f"etranslation+http://Efus:wrong@{etranslation.place}/"
    with pytest.raises(Refused) as failure:
        connector().send(["Dag"], "nl", "fr", reference="7", **ADDRESSES)
    assert failure.value.problem == Problem.KEY_REFUSED


def test_how_long_a_service_asks_to_wait():
    assert seconds_until("30") == 30
    assert seconds_until("0") == 1
    assert seconds_until("Wed, 21 Oct 2015 07:28:00 GMT") == 1
    assert seconds_until("999999999") == 86_400
    for nonsense in (None, "", "soon", "nan"):
        assert seconds_until(nonsense) is None


def test_one_setting_names_the_service_and_holds_its_secret():
    assert service_at("") is None
    service = service_at("deepl+https://abc:fx@api-free.deepl.com/")
    assert (service.kind, service.address) == ("deepl", "https://api-free.deepl.com")
    assert service.user == "abc:fx"
    assert "abc" not in repr(service)
    service = service_at("etranslation+https://Efus:p%40ss@ec.example/etranslation/api/")
    assert service.address == "https://ec.example/etranslation/api"
    assert (service.user, service.password) == ("Efus", "p@ss")
    assert service_at("libretranslate+http://libretranslate:5000/").user == ""


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://api.deepl.com/", "must be empty"),
        ("google+https://key@host.example/", "must be empty"),
        ("deepl+ftp://key@host.example/", "must be empty"),
        ("deepl+https://secret@/", "must be empty"),
        ("deepl+https://secret@host.example:x/", "must be empty"),
        ("deepl+https://api.deepl.com/", "must hold the key"),
        ("etranslation+https://Efus@ec.example/", "application and password"),
        ("libretranslate+http://translate.example/", "must be https://"),
        ("deepl+https://secret@host.example/?x=1", "must not have"),
    ],
)
def test_a_setting_that_names_no_service_is_refused_in_words(url, words):
    with pytest.raises(ImproperlyConfigured, match=words) as refusal:
        service_at(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("name", ["demonstration", "production"])
def test_the_platform_does_not_start_with_a_service_that_is_none(name):
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=os.environ
        | {
            "EFUS_ENVIRONMENT": name,
            "MACHINE_TRANSLATION_URL": "google+https://secret@g.example/",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "MACHINE_TRANSLATION_URL must be empty, libretranslate+https" in result.stderr
    assert "secret" not in result.stderr
