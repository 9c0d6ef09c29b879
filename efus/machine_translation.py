"""The machine translation service that MACHINE_TRANSLATION_URL names, if any."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

KINDS = ["libretranslate", "deepl", "etranslation"]
MEANT = (
    "MACHINE_TRANSLATION_URL must be empty, libretranslate+https://key@host/,"
    " deepl+https://key@host/ or etranslation+https://application:password@host/path."
)


@dataclass(frozen=True)
class Service:
    """What kind of service, its address without the secret, and the secret."""

    kind: str
    address: str
    user: str = field(repr=False)
    password: str = field(repr=False)


def _is_near(host):
    """Whether *host* is this machine or in a network of one's own, such as containers have."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host


def service_at(url):
    """The service that *url* names, or None; ``ImproperlyConfigured`` says what is wrong."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ImproperlyConfigured(MEANT) from None
    kind, _plus, scheme = parts.scheme.partition("+")
    if kind not in KINDS or scheme not in {"http", "https"} or not host:
        raise ImproperlyConfigured(MEANT)
    if parts.query or parts.fragment:
        raise ImproperlyConfigured("MACHINE_TRANSLATION_URL must not have a ? or a #.")
    if scheme == "http" and not _is_near(host):
        raise ImproperlyConfigured(
            "MACHINE_TRANSLATION_URL must be https:// for a service on the internet."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if kind == "deepl":
        # The keys of its free service hold a colon, which an address takes for a password's.
        user, password = f"{user}:{password}" if password else user, ""
        if not user:
            raise ImproperlyConfigured("MACHINE_TRANSLATION_URL must hold the key for DeepL.")
    if kind == "etranslation" and not (user and password):
        raise ImproperlyConfigured(
            "MACHINE_TRANSLATION_URL must hold application and password for eTranslation."
        )
    shown_host = f"[{host}]" if ":" in host else host
    place = f"{shown_host}:{port}" if port else shown_host
    return Service(kind, f"{scheme}://{place}{parts.path.rstrip('/')}", user, password)


def problem_with(url):
    """Why the platform cannot start with *url*, in words; empty when it can."""
    try:
        service_at(url)
    except ImproperlyConfigured as problem:
        return str(problem)
    return ""
