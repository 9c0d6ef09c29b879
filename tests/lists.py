"""What lists of results show, read out of their HTML."""

import re


def counts(page, parameter):
    """The number beside each value of a filter: a dict."""
    pattern = (
        rf'name="{parameter}" value="([^"]*)"[^>]*>\s*<span>[^<]*</span>'
        r' <span class="count">(\d+)</span>'
    )
    found = re.findall(pattern, page.content.decode())
    return {value: int(number) for value, number in found}
