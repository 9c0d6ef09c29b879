"""Requests that no browser sends, at the web server as it runs for people."""

from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest


def answer(address, **headers):
    """The status and the text that *address* answers with."""
    try:
        page = urlopen(Request(address, headers=headers), timeout=20)  # noqa: S310
    except HTTPError as error:
        page = error
    return page.status, page.read().decode()


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "undefined", "zlib"])
def test_no_other_encoding_smuggles_anything_in(platform, charset):
    address, _start = platform
    status, page = answer(
        f"{address}/en/practices/?q=%2B2AA-", **{"Content-Type": f"text/plain; charset={charset}"}
    )
    assert status == 200
    assert 'value="+2AA-"' in page


def test_another_host_is_not_answered(platform):
    address, _start = platform
    status, page = answer(f"{address}/en/", Host="elsewhere.example")
    assert status == 400
    assert "makes no sense to us" in page
