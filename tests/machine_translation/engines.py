"""Translation services on this machine, which speak as the real ones say that they do.

They translate into capitals, so that whatever is not protected comes back changed.
"""

import base64
import hashlib
import json
import re
import threading
import time
from html import escape, unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

TAG = re.compile(r"(<[^>]*>)")


def in_capitals(html, left_alone=("<span translate", "<code")):
    """*html* with all text in capitals, but what the service is told to leave alone."""
    parts, alone = [], ""
    for part in TAG.split(html):
        if part.startswith("<"):
            if part.startswith(left_alone):
                alone = "</" + re.match(r"<(\w+)", part)[1]
            elif alone and part.startswith(alone):
                alone = ""
            parts.append(part)
        else:
            parts.append(part if alone else escape(unescape(part).upper(), quote=False))
    return "".join(parts)


class Engine:
    """A server; ``requests`` are what it was asked, ``next_answers`` what it says instead.

    The latter are (status, body) or (status, body, headers), taken one after the other; None
    stands for the usual answer. ``delay`` is in seconds. ``change`` is done to every text.
    """

    kind = ""
    credentials = ""

    def __init__(self):
        self.requests = []
        self.next_answers = []
        self.delay = 0
        self.change = in_capitals
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                engine.answer(self, b"")

            def do_POST(self):
                engine.answer(self, self.rfile.read(int(self.headers["Content-Length"] or 0)))

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def place(self):
        return f"127.0.0.1:{self.server.server_port}"

    @property
    def url(self):
        return f"{self.kind}+http://{self.credentials}{self.place}/"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler, body):
        sent = json.loads(body) if body else None
        self.requests.append((handler.path, handler.headers, sent))
        time.sleep(self.delay)
        instead = self.next_answers.pop(0) if self.next_answers else None
        status, content, headers = (
            (*instead, {})[:3] if instead else (*self.translate(handler, sent), {})[:3]
        )
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        try:
            handler.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)
        except OSError:
            handler.close_connection = True  # who asked has lost patience

    def translate(self, handler, sent):
        raise NotImplementedError


class FakeLibreTranslate(Engine):
    kind = "libretranslate"
    credentials = "a-key@"
    languages = ["en", "nl", "fr", "de", "es", "it", "pt"]

    def translate(self, handler, sent):
        if handler.path == "/languages":
            return 200, [
                {"code": code, "name": code, "targets": self.languages} for code in self.languages
            ]
        assert (handler.path, sent["format"]) == ("/translate", "html")
        if sent.get("api_key") != "a-key":
            return 403, {"error": "Invalid API key"}
        if sent["target"] not in self.languages:
            return 400, {"error": f"{sent['target']} is not supported"}
        return 200, {"translatedText": [self.change(text) for text in sent["q"]]}


class FakeDeepL(Engine):
    kind = "deepl"
    credentials = "a-key:fx@"

    def translate(self, handler, sent):
        assert (handler.path, sent["tag_handling"]) == ("/v2/translate", "html")
        if handler.headers["Authorization"] != "DeepL-Auth-Key a-key:fx":
            return 403, b""
        if len(sent["text"]) > 50:
            return 400, {"message": "Too many texts"}
        if sent["target_lang"] in {"EN", "PT"}:
            return 400, {"message": "Value for 'target_lang' not supported."}
        return 200, {
            "translations": [
                {"detected_source_language": sent["source_lang"], "text": self.change(text)}
                for text in sent["text"]
            ]
        }


class FakeETranslation(Engine):
    """Asks for digest authentication; ``deliver`` brings the answers, ``reject`` an error."""

    kind = "etranslation"
    credentials = "Efus:a%20password@"
    nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"

    def __init__(self):
        super().__init__()
        self.accepted = []

    def translate(self, handler, sent):
        if not self._is_signed(handler):
            challenge = f'Digest realm="etranslation", nonce="{self.nonce}", qop="auth"'
            return 401, b"", {"WWW-Authenticate": challenge}
        self.accepted.append(sent)
        return 200, 1000 + len(self.accepted)

    def _is_signed(self, handler):
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', handler.headers["Authorization"] or ""))
        if given.get("username") != "Efus" or given.get("nonce") != self.nonce:
            return False

        def digest(*parts):
            return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()

        return given["response"] == digest(
            digest("Efus", "etranslation", "a password"),
            self.nonce,
            given["nc"],
            given["cnonce"],
            "auth",
            digest(handler.command, given["uri"]),
        )

    def document(self, number=-1):
        sent = self.accepted[number]
        return base64.b64decode(sent["documentToTranslateBase64"]["content"]).decode()

    def translated(self, number=-1):
        """The body in which the answer to that request comes."""
        return base64.b64encode(self.change(self.document(number)).encode())

    def deliver(self, number=-1):
        """Bring the answer over the network, as the service does."""
        (address,) = self.accepted[number]["destinations"]["httpDestinations"]
        headers = {"Content-Type": "application/octet-stream"}
        return requests.post(address, self.translated(number), headers=headers, timeout=30)
