"""Where a person is signed in, and ending it there."""

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

# Programs name others before themselves, for old sites' sake: the first that is found it is.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
LONGEST_UNKNOWN = 60


def sessions_of(user):
    """The sessions in which *user* is signed in, the newest first.

    A session from before a change of password still exists, but signs nobody in.
    """
    listed = UserSession.objects.filter(user=user)
    signs_in = user.get_session_auth_hash()
    stored = Session.objects.filter(
        session_key__in=listed.values("session_key"), expire_date__gt=timezone.now()
    )
    living = [
        session.session_key
        for session in stored
        if constant_time_compare(session.get_decoded().get(HASH_SESSION_KEY, ""), signs_in)
    ]
    return listed.filter(session_key__in=living).order_by("-created_at", "-pk")


def end_others(user, session_key):
    """End every session of *user* but the one with *session_key*."""
    others = UserSession.objects.filter(user=user).exclude(session_key=session_key)
    Session.objects.filter(session_key__in=others.values("session_key")).delete()
    others.delete()


def device(user_agent):
    """What a browser calls itself, in words that its owner knows: ``Firefox, Windows``."""
    names = [
        next((name for sign, name in table.items() if sign in user_agent), None)
        for table in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, names)) or user_agent[:LONGEST_UNKNOWN]
