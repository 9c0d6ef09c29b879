import tomllib

import numpy
from django.conf import settings
from django.core.management.base import BaseCommand

from practices.demonstration.loading import PRACTICES
from practices.models import TEXT_FIELDS, Practice
from practices.search.loading import WORDS
from practices.search.meaning.encoder import CENTRES, SEARCHES, encode
from practices.search.meaning.nearness import meant
from practices.search.meaning.passages import passages_of


class Command(BaseCommand):
    help = (
        "Write the means of what texts and searches become, by the demonstration's texts and the"
        " search words. Then raise VERSION in practices/search/meaning/encoder.py."
    )

    def handle(self, **options):
        passages = [passage for text in self._texts() for passage in passages_of(text)]
        words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
        means = {}
        searches = []
        for code, _name in settings.LANGUAGES:
            texts = [passage.text for passage in passages if passage.language == code]
            means[code] = encode(texts).mean(axis=0)
            typed = {
                word
                for terms in words.values()
                for by_language in terms.values()
                for word in by_language.get(code, [])
            }
            searches.append(encode([meant(word, code) for word in sorted(typed)]).mean(axis=0))
            self.stdout.write(f"{code}: {len(texts)} passages, {len(typed)} search words")
        means[SEARCHES] = numpy.mean(searches, axis=0)
        numpy.savez_compressed(
            CENTRES, **{name: mean.astype(numpy.float16) for name, mean in means.items()}
        )

    def _texts(self):
        for path in sorted(PRACTICES.glob("*.toml")):
            content = tomllib.loads(path.read_text(encoding="utf-8"))
            practice = Practice(original_language=content["original_language"])
            for code, texts in content["text"].items():
                for field in TEXT_FIELDS:
                    key = "adoption" if field == "adoption_needs" else field
                    setattr(practice, f"{field}_{code}", texts.get(key, "").strip())
            yield practice
