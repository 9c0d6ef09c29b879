"""Citations for BibTeX and biblatex."""

from practices.citing.one_line import one_line

# BibTeX counts every brace, also one behind a backslash; so none may stand in a text.
ESCAPED = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)
# As the LaTeX package babel names them; of another language nothing is said.
LANGUAGES = {
    "en": "english",
    "fr": "french",
    "de": "ngerman",
    "es": "spanish",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
    "sv": "swedish",
}
CONTENT_TYPE = "application/x-bibtex; charset=utf-8"


def escaped(text):
    """*text* as a field of BibTeX has it; letters with accents stay as they are (UTF-8)."""
    return one_line(text).translate(ESCAPED)


def as_bibtex(citation):
    """*citation* as an entry of a ``.bib`` file."""
    title = escaped(citation.title)
    if citation.translated_title:
        title += f" [{escaped(citation.translated_title)}]"
    fields = {
        # Braces of their own keep an authority from being taken apart like a person's name,
        # and a title from losing its capitals.
        "author": f"{{{escaped(citation.author)}}}",
        "title": f"{{{title}}}",
        "year": citation.published_on and f"{citation.published_on:%Y}",
        "month": citation.published_on and f"{citation.published_on.month}",
        "howpublished": escaped(citation.network),
        "url": citation.address,
        "urldate": citation.retrieved_on and citation.retrieved_on.isoformat(),
        "langid": LANGUAGES.get(citation.title.language),
        "abstract": escaped(citation.summary),
        "keywords": escaped(", ".join(theme.replace(",", "") for theme in citation.themes)),
        "copyright": citation.licence.label,
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@misc{{{citation.key},\n{''.join(lines)}}}\n"
