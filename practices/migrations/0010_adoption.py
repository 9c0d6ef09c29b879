"""A city takes up another one’s practice, and both write to each other about it."""

import uuid

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# A city does not take up a practice of its own: neither in the beginning nor after an
# administrator has given the practice to another city.
ADOPTION_ELSEWHERE = """
CREATE FUNCTION adoption_elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A change of the practice's city waits, or is waited for and then seen.
    PERFORM FROM practices_practice WHERE id = NEW.practice_id FOR SHARE;
    IF EXISTS (
        SELECT FROM practices_practice WHERE id = NEW.practice_id AND city_id = NEW.city_id
    ) THEN
        RAISE EXCEPTION 'a city takes up practices of others' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'adoption_elsewhere';
    END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER adoption_elsewhere
    AFTER INSERT OR UPDATE OF practice_id, city_id ON practices_adoption
    FOR EACH ROW EXECUTE FUNCTION adoption_elsewhere();

CREATE FUNCTION practice_not_adopted_by_its_city() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM practices_adoption WHERE practice_id = NEW.id AND city_id = NEW.city_id
    ) THEN
        RAISE EXCEPTION 'a city takes up practices of others' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'adoption_elsewhere';
    END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER adoption_elsewhere
    AFTER UPDATE OF city_id ON practices_practice
    FOR EACH ROW WHEN (OLD.city_id IS DISTINCT FROM NEW.city_id)
    EXECUTE FUNCTION practice_not_adopted_by_its_city();
"""

LETTER_OF_THE_TWO_CITIES = """
CREATE FUNCTION letter_of_the_two_cities() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM practices_adoption AS adoption
        JOIN practices_practice AS practice ON practice.id = adoption.practice_id
        WHERE adoption.id = NEW.adoption_id
            AND NEW.from_city_id IN (adoption.city_id, practice.city_id)
    ) THEN
        RAISE EXCEPTION 'a letter comes from one of the two cities' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'letter_of_the_two_cities';
    END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER letter_of_the_two_cities
    AFTER INSERT ON practices_letter
    FOR EACH ROW EXECUTE FUNCTION letter_of_the_two_cities();
"""

# As for the history of a practice: one column names a person, and Django deletes what hangs
# on a row before the row itself, so that what goes too is only known at the end.
APPEND_ONLY = """
CREATE TRIGGER append_only
    BEFORE UPDATE ON practices_adoptionevent
    FOR EACH ROW EXECUTE FUNCTION append_only('person_id');
CREATE TRIGGER append_only
    BEFORE UPDATE ON practices_letter
    FOR EACH ROW EXECUTE FUNCTION append_only('author_id');

CREATE FUNCTION append_only_kept_with_adoption() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM practices_adoption WHERE id = OLD.adoption_id
    ) OR TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM accounts_user WHERE id = (to_jsonb(OLD) ->> TG_ARGV[0])::bigint
    ) THEN
        RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING
            ERRCODE = 'check_violation', CONSTRAINT = 'append_only_kept';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER append_only_kept
    AFTER UPDATE OR DELETE ON practices_adoptionevent DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION append_only_kept_with_adoption('person_id');
CREATE CONSTRAINT TRIGGER append_only_kept
    AFTER UPDATE OR DELETE ON practices_letter DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION append_only_kept_with_adoption('author_id');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cities", "0002_invitation"),
        ("practices", "0009_practice_file"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Adoption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("exploring", "exploring"),
                            ("adapting", "adapting"),
                            ("running", "running"),
                            ("stopped", "stopped"),
                        ],
                        default="exploring",
                        max_length=20,
                        verbose_name="where you are",
                    ),
                ),
                (
                    "started_on",
                    models.DateField(
                        blank=True,
                        help_text="Where only the year is known, take 1 January.",
                        null=True,
                        verbose_name="started on",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("fr", "French"),
                            ("de", "German"),
                            ("es", "Spanish"),
                            ("it", "Italian"),
                            ("nl", "Dutch"),
                            ("pt", "Portuguese"),
                            ("sv", "Swedish"),
                        ],
                        help_text="The language that you write in.",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "what_changed",
                    models.TextField(
                        blank=True,
                        help_text="What you do differently from the city of origin, and why.",
                        max_length=5000,
                        verbose_name="what was changed",
                    ),
                ),
                (
                    "outcome",
                    models.TextField(
                        blank=True,
                        help_text="What worked, what did not, and how you know.",
                        max_length=5000,
                        verbose_name="what came of it",
                    ),
                ),
                (
                    "is_public",
                    models.BooleanField(
                        default=True,
                        help_text="Your city, the state and what you write here then stand on the practice’s page and on that of your city. The city of origin sees them in any case. Letters are never public.",
                        verbose_name="show this to everybody",
                    ),
                ),
                (
                    "opened_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="opened"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "is_demonstration",
                    models.BooleanField(
                        default=False, editable=False, verbose_name="demonstration content"
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adoptions",
                        to="cities.city",
                        verbose_name="city",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="adoptions_opened",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="adoptions",
                        to="practices.practice",
                        verbose_name="practice",
                    ),
                ),
            ],
            options={
                "verbose_name": "adoption",
                "verbose_name_plural": "adoptions",
                "ordering": ["-opened_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="AdoptionEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="when"),
                ),
                (
                    "from_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("exploring", "exploring"),
                            ("adapting", "adapting"),
                            ("running", "running"),
                            ("stopped", "stopped"),
                        ],
                        help_text="Empty when the practice was taken up.",
                        max_length=20,
                        verbose_name="state before",
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("exploring", "exploring"),
                            ("adapting", "adapting"),
                            ("running", "running"),
                            ("stopped", "stopped"),
                        ],
                        max_length=20,
                        verbose_name="state afterwards",
                    ),
                ),
                (
                    "adoption",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="practices.adoption",
                        verbose_name="adoption",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of an adoption",
                "verbose_name_plural": "events of adoptions",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("fr", "French"),
                            ("de", "German"),
                            ("es", "Spanish"),
                            ("it", "Italian"),
                            ("nl", "Dutch"),
                            ("pt", "Portuguese"),
                            ("sv", "Swedish"),
                        ],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("text", models.TextField(max_length=10000, verbose_name="letter")),
                (
                    "shows_address",
                    models.BooleanField(
                        default=False, verbose_name="shows the author’s e-mail address"
                    ),
                ),
                (
                    "written_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="written"
                    ),
                ),
                (
                    "token",
                    models.UUIDField(
                        default=uuid.uuid4,
                        help_text="By which a letter sent twice is known.",
                        verbose_name="token",
                    ),
                ),
                (
                    "adoption",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="letters",
                        to="practices.adoption",
                        verbose_name="adoption",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="letters",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written by",
                    ),
                ),
                (
                    "from_city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="cities.city",
                        verbose_name="city of the author",
                    ),
                ),
            ],
            options={
                "verbose_name": "letter",
                "verbose_name_plural": "letters",
                "ordering": ["-written_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("read_until", models.DateTimeField(verbose_name="read until")),
                (
                    "adoption",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="practices.adoption",
                        verbose_name="adoption",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "reading",
                "verbose_name_plural": "readings",
            },
        ),
        migrations.AddConstraint(
            model_name="adoption",
            constraint=models.UniqueConstraint(
                fields=("practice", "city"), name="adoption_once_per_city"
            ),
        ),
        migrations.AddConstraint(
            model_name="adoption",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["exploring", "adapting", "running", "stopped"])),
                name="adoption_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="adoption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("language__in", ["en", "fr", "de", "es", "it", "nl", "pt", "sv"])
                ),
                name="adoption_language_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="adoption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("what_changed"), 5000
                    ),
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("outcome"), 5000
                    ),
                ),
                name="adoption_texts_not_too_long",
            ),
        ),
        migrations.AddConstraint(
            model_name="adoptionevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_state__in", ["", "exploring", "adapting", "running", "stopped"]),
                    ("to_state__in", ["exploring", "adapting", "running", "stopped"]),
                ),
                name="adoption_event_states_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="adoptionevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_state", models.F("to_state")), _negated=True),
                name="adoption_event_changes_state",
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["adoption", "-written_at"], name="letter_newest"),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["author", "written_at"], name="letter_of_author"),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                fields=("adoption", "author", "token"), name="letter_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("text__regex", "\\S")), name="letter_has_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("text"), 10000
                ),
                name="letter_not_too_long",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("language__in", ["en", "fr", "de", "es", "it", "nl", "pt", "sv"])
                ),
                name="letter_language_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.UniqueConstraint(
                fields=("adoption", "person"), name="reading_once_per_person"
            ),
        ),
        migrations.RunSQL(
            ADOPTION_ELSEWHERE,
            """
            DROP TRIGGER adoption_elsewhere ON practices_practice;
            DROP TRIGGER adoption_elsewhere ON practices_adoption;
            DROP FUNCTION practice_not_adopted_by_its_city();
            DROP FUNCTION adoption_elsewhere();
            """,
        ),
        migrations.RunSQL(
            LETTER_OF_THE_TWO_CITIES,
            """
            DROP TRIGGER letter_of_the_two_cities ON practices_letter;
            DROP FUNCTION letter_of_the_two_cities();
            """,
        ),
        migrations.RunSQL(
            APPEND_ONLY,
            """
            DROP TRIGGER append_only_kept ON practices_letter;
            DROP TRIGGER append_only_kept ON practices_adoptionevent;
            DROP FUNCTION append_only_kept_with_adoption();
            DROP TRIGGER append_only ON practices_letter;
            DROP TRIGGER append_only ON practices_adoptionevent;
            """,
        ),
    ]
