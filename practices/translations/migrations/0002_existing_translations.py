"""What was translated before has been written by people, from the original as it is."""

from django.db import migrations

FIELDS = [
    "title",
    "summary",
    "problem",
    "objectives",
    "how_it_works",
    "results",
    "lessons",
    "adoption_needs",
]
LANGUAGES = ["en", "fr", "de", "es", "it", "nl", "pt", "sv"]


def _texts(practice, language):
    texts = {}
    for field in FIELDS:
        text = getattr(practice, f"{field}_{language}") or ""
        texts[field] = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return texts


def record_existing(apps, schema_editor):
    translation = apps.get_model("translations", "Translation")
    for practice in apps.get_model("practices", "Practice").objects.iterator(chunk_size=100):
        translation.objects.bulk_create(
            translation(
                practice_id=practice.pk,
                language=language,
                state="reviewed",
                translated_at=practice.updated_at,
                original_snapshot=_texts(practice, practice.original_language),
            )
            for language in LANGUAGES
            if language != practice.original_language
            and any(getattr(practice, f"{field}_{language}") for field in FIELDS)
        )


class Migration(migrations.Migration):
    dependencies = [("translations", "0001_initial")]

    operations = [migrations.RunPython(record_existing, migrations.RunPython.noop)]
