"""A Message-ID says what the mail was, and only we can make one."""

import pytest

from efus.bounces.identifiers import message_identifier, read


@pytest.fixture(autouse=True)
def sender(settings):
    settings.DEFAULT_FROM_EMAIL = "Efus <network@efus.example>"


def test_the_same_mail_has_the_same_identifier_which_says_what_it_was():
    identifier = message_identifier("digest", 12, 345)
    assert identifier == message_identifier("digest", 12, 345)
    assert identifier.startswith("<digest-12-345-")
    assert identifier.endswith("@efus.example>")
    assert read(identifier) == ("digest", (12, 345))
    assert read(f"  {identifier.strip('<>')}\r\n") == ("digest", (12, 345))


def test_two_mails_never_share_one():
    assert len({message_identifier("mail", pk) for pk in range(100)}) == 100
    assert message_identifier("mail", 1, 23) != message_identifier("mail", 12, 3)


def test_it_is_known_after_the_domain_has_changed(settings):
    identifier = message_identifier("mail", 7)
    settings.DEFAULT_FROM_EMAIL = "network@efus-network.example"
    assert read(identifier) == ("mail", (7,))


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "<>",
        "<mail-7@efus.example>",
        "<mail-7-0123456789abcdef@efus.example>",
        "<mail-٧-0123456789abcdef@efus.example>",
        "<mail-" + "9" * 5000 + "-0123456789abcdef@efus.example>",
        "<mail-7-\x00123456789abcde@efus.example>",
        "somebody@elsewhere.example",
    ],
)
def test_what_we_did_not_write_is_nothing(forged):
    assert read(forged) is None


def test_a_signature_is_good_for_its_own_mail_only(settings):
    signature = message_identifier("mail", 7).partition("@")[0].rpartition("-")[2]
    assert read(f"<mail-8-{signature}@efus.example>") is None
    assert read(f"<digest-7-{signature}@efus.example>") is None
    assert read(f"<mail-07-{signature}@efus.example>") is None
    identifier = message_identifier("mail", 7)
    settings.SECRET_KEY = "another key, of another installation, quite long"
    assert read(identifier) is None
