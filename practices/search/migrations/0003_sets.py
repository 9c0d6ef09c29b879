from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

from practices.search.operations import QueueTriggers

# Every value of every facet that a published practice has. Columns that it names can only
# change their type after the view is dropped; make it anew in the same migration.
FACET_VALUES = """
CREATE VIEW search_facetvalue (facet, value, practice_id) AS
WITH published AS NOT MATERIALIZED (
    SELECT * FROM practices_practice WHERE state = 'published'
)
SELECT 'published', '', id FROM published
UNION ALL
SELECT 'country', city.country::text, practice.id
FROM published AS practice JOIN cities_city AS city ON city.id = practice.city_id
UNION ALL
SELECT 'city', city.slug::text, practice.id
FROM published AS practice JOIN cities_city AS city ON city.id = practice.city_id
UNION ALL
SELECT 'forum', city.national_forum::text, practice.id
FROM published AS practice JOIN cities_city AS city ON city.id = practice.city_id
WHERE city.national_forum <> ''
UNION ALL
SELECT 'size',
    CASE
        WHEN city.population < 50000 THEN 'under-50000'
        WHEN city.population < 100000 THEN 'from-50000'
        WHEN city.population < 250000 THEN 'from-100000'
        WHEN city.population < 500000 THEN 'from-250000'
        WHEN city.population < 1000000 THEN 'from-500000'
        ELSE 'from-1000000'
    END,
    practice.id
FROM published AS practice JOIN cities_city AS city ON city.id = practice.city_id
WHERE city.population IS NOT NULL
UNION ALL
SELECT DISTINCT 'theme', theme.slug::text, practice.id
FROM published AS practice
JOIN practices_practice_themes AS given ON given.practice_id = practice.id
JOIN practices_theme AS own ON own.id = given.theme_id
JOIN practices_theme AS theme ON theme.id = own.id OR theme.id = own.parent_id
UNION ALL
SELECT 'group', target_group.slug::text, practice.id
FROM published AS practice
JOIN practices_practice_target_groups AS given ON given.practice_id = practice.id
JOIN practices_targetgroup AS target_group ON target_group.id = given.targetgroup_id
UNION ALL
SELECT 'method', method.slug::text, practice.id
FROM published AS practice
JOIN practices_practice_methods AS given ON given.practice_id = practice.id
JOIN practices_method AS method ON method.id = given.method_id
UNION ALL
SELECT DISTINCT 'partner', organisation.kind::text, practice.id
FROM published AS practice
JOIN practices_partnership_practices AS carried ON carried.practice_id = practice.id
JOIN practices_partner AS partner ON partner.partnership_id = carried.partnership_id
JOIN practices_organisation AS organisation ON organisation.id = partner.organisation_id
UNION ALL
SELECT 'language', document.language::text, practice.id
FROM published AS practice
JOIN search_searchdocument AS document ON document.practice_id = practice.id
UNION ALL
SELECT 'original', original_language::text, id FROM published
UNION ALL
SELECT 'evidence', evidence::text, id FROM published
UNION ALL
SELECT 'status', status::text, id FROM published
UNION ALL
SELECT 'cost', cost_band::text, id FROM published WHERE cost_band <> ''
UNION ALL
SELECT 'year', extract(year FROM started_on)::int::text, id
FROM published WHERE started_on IS NOT NULL
UNION ALL
SELECT 'adoptions', count(*)::text, practice.id
FROM published AS practice
JOIN practices_adoption AS adoption ON adoption.practice_id = practice.id AND adoption.is_public
GROUP BY practice.id
"""

# Never goes back, so that no process takes sets of another time for today's.
VERSIONS = "CREATE SEQUENCE search_version"

LANGUAGES = ["en", "fr", "de", "es", "it", "nl", "pt", "sv"]


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0002_text_search"),
        ("practices", "0012_version_translations"),
        ("cities", "0003_national_forum"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchIndex",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("version", models.BigIntegerField()),
                ("numbering", models.BigIntegerField()),
                ("words", models.BigIntegerField(null=True)),
                ("built_at", models.DateTimeField(default=timezone.now)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=Q(id=1), name="search_index_only_one")
                ]
            },
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("numbering", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("practice_id", models.BigIntegerField()),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["numbering", "number"], name="search_position_once"
                    ),
                    models.UniqueConstraint(
                        fields=["numbering", "practice_id"],
                        include=["number"],
                        name="search_position_of_practice",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="FacetSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("facet", models.CharField(max_length=20)),
                ("value", models.CharField(max_length=200)),
                ("version", models.BigIntegerField(db_index=True)),
                ("practices", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["facet", "value"], name="search_facet_set_once"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="WordSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("word", models.TextField()),
                ("practices", models.BinaryField()),
                ("in_title", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["language", "word"], name="search_word_set_once"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="PracticeToIndex",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("practice_id", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=models.functions.Now(), db_index=True)),
            ],
        ),
        migrations.RunSQL(VERSIONS, "DROP SEQUENCE search_version"),
        migrations.RunSQL(FACET_VALUES, "DROP VIEW search_facetvalue"),
        QueueTriggers(
            "note_practices_to_index",
            "search_practicetoindex",
            {
                "practices_practice": "SELECT id FROM {rows} WHERE state = 'published'",
                "practices_practice_themes": "SELECT practice_id FROM {rows}",
                "practices_practice_target_groups": "SELECT practice_id FROM {rows}",
                "practices_practice_methods": "SELECT practice_id FROM {rows}",
                "practices_adoption": "SELECT practice_id FROM {rows}",
                "practices_partnership_practices": "SELECT practice_id FROM {rows}",
                "practices_partner": """
                    SELECT practice_id FROM practices_partnership_practices
                    WHERE partnership_id IN (SELECT partnership_id FROM {rows})
                """,
                "practices_organisation": """
                    SELECT carried.practice_id FROM practices_partnership_practices AS carried
                    JOIN practices_partner AS partner USING (partnership_id)
                    WHERE partner.organisation_id IN (SELECT id FROM {rows})
                """,
                "cities_city": """
                    SELECT id FROM practices_practice
                    WHERE state = 'published' AND city_id IN (SELECT id FROM {rows})
                """,
                "practices_theme": """
                    SELECT practice_id FROM practices_practice_themes WHERE theme_id IN (
                        SELECT theme.id FROM practices_theme AS theme
                        JOIN {rows} AS changed ON changed.id IN (theme.id, theme.parent_id)
                    )
                """,
                "practices_targetgroup": """
                    SELECT practice_id FROM practices_practice_target_groups
                    WHERE targetgroup_id IN (SELECT id FROM {rows})
                """,
                "practices_method": """
                    SELECT practice_id FROM practices_practice_methods
                    WHERE method_id IN (SELECT id FROM {rows})
                """,
            },
        ),
        # One index for each language: a word that is rare in Swedish may be common in English.
        *[
            migrations.AddIndex(
                model_name="searchdocument",
                index=GinIndex(
                    fields=["vector"],
                    condition=Q(language=code),
                    name=f"search_document_{code}",
                ),
            )
            for code in LANGUAGES
        ],
        migrations.RemoveIndex(model_name="searchdocument", name="search_document_vector"),
    ]
