"""Pages on which a person reads the demonstration's mails.

Mails are untrusted: their text is escaped, and their HTML is shown in a frame that can
run nothing and load nothing.
"""

import contextlib
import email
import re
import socket
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

MAILS_PER_PAGE = 50
HEADER_BYTES = 65536  # of each mail, read for the list
SHOWN_CHARACTERS = 500_000
NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
ADDRESS = re.compile(r"(https?://[^\s<>\"]+)")

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
MAIL_POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
STYLE = """\
:root { color-scheme: light dark }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.4rem; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin-top: 2rem }
ol { list-style: none; padding: 0 }
li { border-top: 1px solid #8888; padding: .75rem 0; overflow-wrap: anywhere }
li a { font-weight: 600; display: inline-block; padding: .2rem 0 }
p { margin: .25rem 0 }
nav a { display: inline-block; padding: .5rem 1rem .5rem 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem }
dd { margin: 0; overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
iframe { width: 100%; height: 75vh; border: 1px solid #8888; background: #fff }
.faint { opacity: .75 }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .5rem } }
"""


def read_header(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        return BytesHeaderParser(policy=policy.default).parsebytes(file.read(HEADER_BYTES))


def header(message: EmailMessage, name: str) -> str:
    """A header's text, or what can be had of it when it is malformed."""
    try:
        return str(message.get(name, ""))
    except Exception:  # the email package raises many kinds on garbage
        for key, value in message.raw_items():
            if key.lower() == name.lower():
                return str(value).encode("utf-8", "replace").decode()
    return ""


def moment(message: EmailMessage, path: Path) -> str:
    """When the mail says it was sent, or else when it came."""
    try:
        sent = parsedate_to_datetime(header(message, "date"))
    except (ValueError, TypeError, OverflowError):
        sent = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    return f"{sent:%Y-%m-%d %H:%M:%S %z}"


def part(message: EmailMessage, kind: str) -> str | None:
    """The text of the first part of *kind* (``plain`` or ``html``), if there is one."""
    try:
        found = message.get_body(preferencelist=(kind,))
        if found is None:
            return None
        content = found.get_content()
    except Exception:  # unknown character sets, broken encodings, broken structure
        payload = message.get_payload(decode=True) if kind == "plain" else None
        content = payload.decode("utf-8", "replace") if payload else None
    return content if isinstance(content, str) else None


def linked(text: str) -> str:
    """*text* as HTML in which web addresses are links."""
    pieces = ADDRESS.split(text)
    for index, piece in enumerate(pieces):
        pieces[index] = (
            f'<a href="{escape(piece)}" target="_blank" rel="noreferrer">{escape(piece)}</a>'
            if index % 2
            else escape(piece)
        )
    return "".join(pieces)


def page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head>'
        f"<body>{body}</body></html>"
    )


def list_page(folder: Path, number: int) -> str | None:
    """The page *number* (from 1) of the list, newest first; nothing beyond the last."""
    paths = sorted(folder.glob("*.eml"), reverse=True)
    pages = max(1, -(-len(paths) // MAILS_PER_PAGE))
    if not 1 <= number <= pages:
        return None
    items = []
    for path in paths[(number - 1) * MAILS_PER_PAGE : number * MAILS_PER_PAGE]:
        message = read_header(path)
        items.append(
            f'<li><a href="/mails/{path.stem}">{escape(header(message, "subject")) or "—"}</a>'
            f"<p>To {escape(header(message, 'to'))}</p>"
            f'<p class="faint">From {escape(header(message, "from"))}, '
            f"{escape(moment(message, path))}</p></li>"
        )
    links = []
    if number > 1:
        links.append(f'<a href="/?page={number - 1}" rel="prev">Newer</a>')
    if number < pages:
        links.append(f'<a href="/?page={number + 1}" rel="next">Older</a>')
    return page(
        "Mails of the demonstration",
        f"<h1>Mails of the demonstration</h1>"
        f'<p class="faint">{len(paths)} so far, newest first. None has left this machine. '
        f'<a href="/?page={number}">Look again</a></p>'
        f"<ol>{''.join(items)}</ol><nav>{' '.join(links)}</nav>",
    )


def mail_page(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    subject = header(message, "subject") or "—"
    headers = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(header(message, name))}</dd>"
        for name in dict.fromkeys(message.keys())
    )
    text = part(message, "plain")
    html = part(message, "html")
    parts = [
        '<nav><a href="/">All mails</a>'
        f'<a href="/mails/{path.stem}/raw" download="{path.name}">As it was sent</a></nav>',
        f"<h1>{escape(subject)}</h1>",
        f"<p>To {escape(header(message, 'to'))}</p>",
        f'<p class="faint">From {escape(header(message, "from"))}, '
        f"{escape(moment(message, path))}</p>",
    ]
    if text is not None:
        parts.append(f"<h2>Text</h2><pre>{linked(text[:SHOWN_CHARACTERS])}</pre>")
    if html is not None:
        parts.append(
            f'<h2>HTML</h2><iframe src="/mails/{path.stem}/html" sandbox="{SANDBOX}" '
            'title="The mail as a mail program shows it"></iframe>'
        )
    parts.append(f"<h2>Headers</h2><dl>{headers}</dl>")
    return page(subject, "".join(parts))


def framed_html(path: Path) -> str | None:
    """The HTML part, its links opening in a window of their own."""
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    html = part(message, "html")
    return None if html is None else f'<!doctype html><base target="_blank">{html}'


class MailReader(BaseHTTPRequestHandler):
    folder: Path  # set by serve()
    server_version = "MailReader"
    sys_version = ""
    timeout = 30

    def do_GET(self):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._answer()

    do_HEAD = do_GET  # noqa: N815

    def _answer(self):
        address = urlsplit(self.path)
        if address.path == "/style.css":
            return self._send(STYLE, "text/css")
        if address.path == "/":
            wanted = parse_qs(address.query).get("page", ["1"])[0]
            number = int(wanted) if wanted.isascii() and wanted.isdigit() else 0
            return self._send(list_page(self.folder, number))
        found = re.fullmatch(rf"/mails/({NAME.pattern})(/html|/raw)?", address.path)
        path = self.folder / f"{found[1]}.eml" if found else None
        if path is None or not path.exists():
            return self._send(None)
        if found[2] == "/raw":
            return self._send(path.read_bytes(), "message/rfc822")
        if found[2] == "/html":
            return self._send(framed_html(path), content_policy=MAIL_POLICY)
        return self._send(mail_page(path))

    def _send(self, content, kind="text/html", content_policy=PAGE_POLICY):
        status = HTTPStatus.OK
        if content is None:
            status = HTTPStatus.NOT_FOUND
            content = page("Not here", '<h1>There is no such mail</h1><a href="/">All mails</a>')
        if isinstance(content, str):
            content = content.encode("utf-8", "replace")
            kind += "; charset=utf-8"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", content_policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_request(self, code="-", size="-"):
        """Only errors are worth a line."""


def serve(folder: Path, listening: socket.socket) -> None:
    """Show the mails in *folder* to whoever asks on the socket *listening*, for ever."""
    server = ThreadingHTTPServer(
        listening.getsockname()[:2], type("Reader", (MailReader,), {"folder": folder}), False
    )
    server.socket.close()
    server.socket = listening
    server.server_activate()
    server.serve_forever()
