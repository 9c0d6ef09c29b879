"""Mails that come back, in the shape in which different servers write them."""

OURS = """\
From: Efus <network@efus.example>
To: {recipient}
Subject: What is new this week
Message-ID: {identifier}
Content-Type: text/plain; charset=utf-8

Three practices that concern you.
"""


def report(subject, words, status, returned, *, sort="message/rfc822", kind="delivery-status"):
    """A multipart/report of three parts."""
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: bounces@efus.example
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="=_1"

--=_1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

{words}

--=_1
Content-Type: message/{kind}

{status}
--=_1
Content-Type: {sort}

{returned}
--=_1--
"""


def from_postfix(
    identifier,
    *,
    recipient="marie@city.example",
    final=None,
    status="5.1.1",
    action="failed",
    answer="550 5.1.1 no such person here",
    subject="Undelivered Mail Returned to Sender",
):
    final = final or recipient
    fields = f"""\
Reporting-MTA: dns; mx.example
X-Postfix-Queue-ID: 4F1C2
Arrival-Date: Mon, 23 Nov 2026 06:00:01 +0100 (CET)

Final-Recipient: rfc822; {final}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.city.example
Diagnostic-Code: smtp; {answer}
"""
    words = f"This is the mail system at host mx.example.\n\n<{final}>: host said: {answer}"
    return report(subject, words, fields, OURS.format(identifier=identifier, recipient=recipient))


def from_exchange(identifier, *, recipient="marie@city.example"):
    fields = f"""\
Reporting-MTA: dns;outbound.mail.example
Received-From-MTA: dns;inbound.mail.example

Final-Recipient: rfc822;{recipient.upper()}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not
 found by SMTP address lookup
"""
    headers = f"Received: from a by b\nSubject: What is new\nMessage-ID:\n {identifier}\n"
    return report(
        "Undeliverable: What is new",
        "Your message could not be delivered.",
        fields,
        headers,
        sort="text/rfc822-headers",
    )


def from_gmail(identifier, *, recipient="marie@city.example"):
    fields = f"""\
Reporting-MTA: dns; googlemail.example
X-Original-Message-ID: {identifier}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 550-5.1.1 The account that you tried to reach does not exist.
 550 5.1.1 Check the address.
"""
    return report("Delivery Status Notification (Failure)", "Address not found", fields, "")


def from_exim(identifier, *, recipient="marie@city.example", answer="Unrouteable address"):
    """As Exim did before it wrote delivery statuses."""
    return f"""\
From: Mail Delivery System <Mailer-Daemon@mx.example>
To: bounces@efus.example
Subject: Mail delivery failed: returning message to sender
X-Failed-Recipients: {recipient}
Auto-Submitted: auto-replied

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {recipient}
    {answer}

------ This is a copy of the message, including all the headers. ------

{OURS.format(identifier=identifier, recipient=recipient)}
"""


def a_complaint(identifier, *, feedback="abuse"):
    fields = f"""\
Feedback-Type: {feedback}
User-Agent: SomeService/1.0
Version: 1
Original-Rcpt-To: redacted@mail.example
"""
    return report(
        "Complaint",
        "This is a report of a mail.",
        fields,
        OURS.format(identifier=identifier, recipient="redacted"),
        kind="feedback-report",
    )


def a_holiday(identifier):
    return f"""\
From: marie@city.example
To: bounces@efus.example
Subject: I am away
In-Reply-To: {identifier}
Auto-Submitted: auto-replied

Back in August.
"""
