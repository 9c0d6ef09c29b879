"""Rich text: headings, lists, links, emphasis and quotes, and nothing else.

It is kept as Markdown (CommonMark, with every line end shown as one), which a person without
scripts can read and write, which versions compare word by word, and of which plain text is a
part. What readers get is sanitised HTML, made anew each time.
"""

from urllib.parse import urlsplit

import nh3
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt
from markdownify import MarkdownConverter

LINK_SCHEMES = {"http", "https", "mailto"}
TAGS = {"h3", "h4", "p", "br", "ul", "ol", "li", "a", "strong", "em", "blockquote"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
FIRST_HEADING, LAST_HEADING = 3, 4  # a page's title and its parts are above them

_markdown = MarkdownIt("zero", {"breaks": True, "linkify": False}).enable(
    ["heading", "list", "blockquote", "emphasis", "link", "autolink", "newline", "escape"]
)
# There is no code, yet what is indented as far as code begins no list either: so the editor in
# the browser reads it too (static/rich_text.js).
_markdown.block.ruler.at("code", lambda *_arguments: False)
_markdown.enable("code")


def _is_link(address):
    """Whether *address* leads somewhere by itself: other addresses stay plain text."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "mailto" or (
        parts.scheme in LINK_SCHEMES and bool(parts.hostname) and "." in parts.hostname
    )


_markdown.validateLink = _is_link


def _render_heading(self, tokens, index, options, environment):
    token = tokens[index]
    level = min(int(token.tag[1:]) + FIRST_HEADING - 1, LAST_HEADING)
    return f"</h{level}>\n" if token.nesting < 0 else f"<h{level}>"


_markdown.add_render_rule("heading_open", _render_heading)
_markdown.add_render_rule("heading_close", _render_heading)


def _sanitised(html):
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=LINK_SCHEMES,
        link_rel="nofollow noopener",
        strip_comments=True,
    )


def to_html(text):
    """*text* as sanitised HTML, safe to show."""
    return mark_safe(_sanitised(_markdown.render(text or "")).strip())  # noqa: S308 (sanitised)


def parsed(text):
    """*text* as markdown-it's tokens."""
    return _markdown.parse(text or "")


def blocks_of(text):
    """*text* as sanitised HTML, one for each of its headings, paragraphs, lists and quotes."""
    blocks, block = [], []
    for token in _markdown.parse(text or ""):
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            html = _markdown.renderer.render(block, _markdown.options, {})
            blocks.append(_sanitised(html).strip())
            block = []
    return blocks


class _Converter(MarkdownConverter):
    """HTML as this module renders it, back to the Markdown that it came from."""

    def convert_br(self, element, text, parent_tags):
        return "\n"

    def convert_hN(self, level, element, text, parent_tags):  # noqa: N802 (the library's name)
        return super().convert_hN(level - FIRST_HEADING + 1, element, text, parent_tags)


_converter = _Converter(heading_style="atx", bullets="-", escape_misc=True)


def from_html(html):
    """The rich text that ``to_html`` shows as *html*; what is no rich text is left out."""
    one_line_ends = _sanitised(html).replace("<br>\n", "<br>")
    return _converter.convert(one_line_ends).strip()


def links_in(text):
    """The addresses that *text* links to, each once, in the order in which they stand."""
    found = [
        child.attrs["href"]
        for token in _markdown.parse(text or "")
        for child in token.children or []
        if child.type == "link_open"
    ]
    return list(dict.fromkeys(found))
