"""Lines that mail programs and mail servers can bear."""

WIDTH = 78  # characters; what is one word, as an address, may be longer
LONGEST_LINE = 998  # bytes (RFC 5322)


def wrapped(text, indent=""):
    """*text* in lines of at most ``WIDTH`` characters, broken at spaces only."""
    lines, line = [], indent
    for word in text.split():
        if len(line) + 1 + len(word) > WIDTH and line != indent:
            lines.append(line)
            line = indent
        line += word if line == indent else f" {word}"
    return "\n".join([*lines, line])


def wrapped_lines(text):
    """Each line of *text* wrapped, keeping its indentation."""
    lines = []
    for line in text.splitlines():
        content = line.lstrip(" ")
        indent = line[: len(line) - len(content)]
        # A signature begins with a line of which the space at the end counts.
        lines.append(line if line == "-- " else wrapped(content, indent).rstrip())
    return "\n".join(lines) + "\n"


def as_bytes(text):
    """*text* as it is sent: UTF-8, with the line ends of mails."""
    return text.replace("\n", "\r\n").encode()


def fits(*lines, longest=LONGEST_LINE):
    """Whether every line of the bytes *lines* has at most *longest* bytes."""
    return all(len(line) <= longest for data in lines for line in data.split(b"\r\n"))
