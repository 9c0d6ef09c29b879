"""Citations for reference managers: the format RIS."""

from practices.citing.one_line import one_line

CONTENT_TYPE = "application/x-research-info-systems; charset=utf-8"


def as_ris(citation):
    """*citation* as an entry of a ``.ris`` file."""
    published, retrieved = citation.published_on, citation.retrieved_on
    fields = [
        ("TY", "ELEC"),
        ("ID", citation.key),
        ("AU", citation.author),
        ("TI", citation.title.text),
        ("TT", citation.translated_title),
        ("PY", published and f"{published:%Y}"),
        ("DA", published and f"{published:%Y/%m/%d}"),
        ("PB", citation.network),
        ("LA", citation.title.language),
        ("AB", citation.summary),
        *[("KW", theme) for theme in citation.themes],
        ("UR", citation.address),
        ("Y2", retrieved and f"{retrieved:%Y/%m/%d}"),
        ("N1", citation.licence.label),
    ]
    # One line each, so that no text can be taken for the beginning of another field.
    lines = [f"{tag}  - {one_line(value)}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", "", ""])
