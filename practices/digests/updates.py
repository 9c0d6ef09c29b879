"""When a change of a published practice is news."""

import re
from collections import Counter
from datetime import timedelta

from django.utils import timezone

from practices import publication_lock
from practices.digests.enums import NewsKind
from practices.digests.models import News
from practices.enums import Evidence, PublicationState

FEWEST_WORDS = 40  # added or removed, of the original
SMALLEST_PART = 0.2  # of the words there were
REST = timedelta(days=7)  # after the last news of a practice


def _words(version):
    texts = version.texts.get(version.original_language, {})
    return Counter(re.findall(r"\w+", " ".join(texts.values()).casefold()))


def is_substantial(before, after):
    """Whether the version *after* says so much else than *before* that people want to know.

    Its status is another one, its evidence better, or many words of its original are.
    """
    if before.facts.get("status") != after.facts.get("status"):
        return True
    order = list(Evidence.values)
    was, now = before.facts.get("evidence"), after.facts.get("evidence")
    if was in order and now in order and order.index(now) > order.index(was):
        return True
    if before.original_language != after.original_language:
        return False
    earlier, later = _words(before), _words(after)
    changed = (earlier - later).total() + (later - earlier).total()
    return changed >= max(FEWEST_WORDS, SMALLEST_PART * earlier.total())


def note_update(version):
    """Write that its practice changed a lot, if *version* says so beside the last news of it.

    Small changes add up; right after other news of the practice there is none.
    """
    practice = version.practice
    if practice.state != PublicationState.PUBLISHED:
        return
    last = News.objects.filter(
        practice=practice, kind__in=[NewsKind.PUBLISHED, NewsKind.UPDATED]
    ).first()
    told_at = last.at if last else practice.published_at
    if timezone.now() - told_at < REST:
        return
    versions = practice.versions.exclude(pk=version.pk)
    before = versions.filter(saved_at__lte=told_at).first() or versions.last()
    if before and is_substantial(before, version):
        publication_lock.share()
        News.objects.create(kind=NewsKind.UPDATED, practice=practice, at=timezone.now())
