"""Rich text as a structure of blocks, which a page is set from; no text in it is markup."""

import re

from practices.rich_text import parsed

FIRST_LEVEL = 3  # the title and the heading of a part are above it
LAST_LEVEL = 4
DEEPEST_SPAN = 4  # emphasis within emphasis; what lies deeper is plain
LONGEST_ADDRESS = 8_000  # characters; a link that is longer is plain, since typst refuses it
BLOCKS = {
    "paragraph": "paragraph",
    "heading": "heading",
    "bullet_list": "list",
    "ordered_list": "numbers",
    "list_item": "item",
    "blockquote": "quote",
}
SPANS = {"strong": "strong", "em": "emphasis", "link": "link"}

NOT_SHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
MARKS_UPON_MARKS = re.compile(r"([\u0300-\u036f]{4})[\u0300-\u036f]+")
# What no language hyphenates (addresses, rows of signs) may be broken anywhere.
TOO_LONG_FOR_A_LINE = re.compile(r"\S{40,}")
BREAKABLE_AFTER = re.compile(r"(.{10})", re.DOTALL)
ZERO_WIDTH_SPACE = "\u200b"


def printable(text):
    """*text* without what cannot be shown, and with places to break its longest words."""
    text = MARKS_UPON_MARKS.sub(r"\1", NOT_SHOWN.sub("", text))
    return TOO_LONG_FOR_A_LINE.sub(
        lambda word: BREAKABLE_AFTER.sub(rf"\1{ZERO_WIDTH_SPACE}", word[0]), text
    )


def _spans(tokens):
    """The inline *tokens*: texts as they are, line ends as None, the rest as dicts."""
    spans = []
    around = []  # for each span that is open: what it stands in, and what it is if it is shown
    for token in tokens:
        if token.nesting > 0:
            span = None
            is_link = token.type == "link_open"
            if is_link:
                is_shown = len(token.attrs["href"]) <= LONGEST_ADDRESS
            else:
                is_shown = len(around) < DEEPEST_SPAN
            if is_shown:
                span = {"kind": SPANS[token.type.removesuffix("_open")], "content": []}
            if span and is_link:
                span["address"] = token.attrs["href"]
                span["shown_address"] = printable(token.attrs["href"])
            around.append((spans, span))
            spans = span["content"] if span else spans
        elif token.nesting < 0:
            outer, span = around.pop()
            if span and (span["content"] or span["kind"] == "link"):
                outer.append(span)
            spans = outer
        elif token.type in {"softbreak", "hardbreak"}:
            spans.append(None)
        elif token.content:
            spans.append(printable(token.content))
    return spans


def blocks_of(text):
    """*text*, as ``practices.rich_text`` has it, as a list of blocks.

    No heading is deeper than one below the last one.
    """
    blocks = []
    around = []
    level = FIRST_LEVEL - 1
    for token in parsed(text):
        if token.type == "inline":
            around[-1][1]["content"] = _spans(token.children)
        elif token.nesting > 0:
            block = {"kind": BLOCKS[token.type.removesuffix("_open")], "content": []}
            if block["kind"] == "heading":
                level = min(int(token.tag[1:]) + FIRST_LEVEL - 1, LAST_LEVEL, level + 1)
                block["level"] = level
            elif block["kind"] == "numbers":
                block["start"] = token.attrs.get("start", 1)
            around.append((blocks, block))
            blocks = block["content"]
        else:
            outer, block = around.pop()
            if block["kind"] != "heading" or block["content"]:
                outer.append(block)
            blocks = outer
    return blocks


def size_of(nodes):
    """How many blocks, spans and line ends are in *nodes*."""
    return len(nodes) + sum(size_of(node["content"]) for node in nodes if isinstance(node, dict))
