"""A city's network, laid out: the city in the middle, its partnerships around it.

Organisations stand on a ring, grouped by kind, and with them the cities that are joined by
adoptions. Names are written level, on the left and the right of the ring. The same network
is always laid out the same; the template draws it.
"""

from dataclasses import dataclass, field
from math import hypot, sqrt

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from practices.enums import OrganisationKind
from practices.network.connections import ORGANISATIONS_IN_PICTURE

LINE = 24  # from one name on the ring to the next
RING = 300  # from the middle to the ring, sideways
LABEL = 235  # the width of a name beside the ring
MARGIN = 20
LEAST_HEIGHT = 420
LEAST_RADIUS = 52
LONGEST_LABEL = 30  # characters
LONGEST_LINE = 18  # of the city's name, on two lines
LONGEST_NAME = 44  # of a partnership, on two lines
INNER = 0.52  # how far out partnerships stand, of the way to the ring
TALLER = 1.12  # the ring is taller than the picture, so that it never runs level


@dataclass
class Node:
    """A thing in the picture: where it stands and what is written beside it."""

    label: str
    name: str = ""
    pk: int = 0  # of the organisation
    x: int = 0
    y: int = 0
    text_x: int = 0
    anchor: str = "middle"
    lines: list = field(default_factory=list)
    number: int = 0


@dataclass
class Group:
    """What stands together on the ring: organisations of a kind, or cities of one direction."""

    heading: Node
    nodes: list
    shape: str
    line: str = ""

    @property
    def height(self):
        return len(self.nodes) + 1.6  # lines: the heading, and a space below


@dataclass(frozen=True)
class Edge:
    """A line between two things; *kind* says which sort, for its looks."""

    path: str
    kind: str


@dataclass
class Picture:
    """Everything that is drawn, in a box of *width* and *height* around 0, 0."""

    city: Node
    radius: int  # of the city, whose name stands in it
    partnerships: list
    groups: list
    edges: list
    width: int
    height: int
    left_out: int = 0

    @property
    def box(self):
        """The ``viewBox``."""
        return f"{-self.width // 2} {-self.height // 2} {self.width} {self.height}"


def draw(city, partnerships, origins, adopters):
    """The ``Picture`` of *city*, with what ``connections`` says of it; None if that is nothing."""
    shown, left_out = _organisations(partnerships)
    groups = _by_kind(shown)
    joined = [
        (_("Took up practices of"), origins, "incoming"),
        (_("Practices taken up by"), adopters, "outgoing"),
    ]
    for heading, cities, shape in joined:
        if cities:
            nodes = [_node(other.shown_name) for other in cities]
            groups.append(Group(Node(heading), nodes, shape))
    if not groups:
        return None
    height = _stand_on_ring(groups)
    places = {node.pk: node for group in groups for node in group.nodes if node.pk}
    badges = _badges(partnerships, places, height)
    edges = [Edge(f"M0 0L{badge.x} {badge.y}", "partnership") for _partnership, badge in badges]
    edges += [
        Edge(_curve(badge, places[partner.organisation_id]), "organisation")
        for partnership, badge in badges
        for partner in partnership.partners.all()
        if partner.organisation_id in places
    ]
    middle = _middle(city)
    for group in groups:
        if group.shape == "outgoing":
            edges += [Edge(_curve(middle, node), group.shape) for node in group.nodes]
        elif group.shape == "incoming":
            edges += [Edge(_curve(middle, node, back=True), group.shape) for node in group.nodes]
    return Picture(
        city=middle,
        radius=max(LEAST_RADIUS, 10 + 5 * max(map(len, middle.lines))),
        partnerships=[badge for _partnership, badge in badges],
        groups=groups,
        edges=edges,
        width=2 * (RING + LABEL + MARGIN),
        height=height,
        left_out=left_out,
    )


def _middle(city):
    lines = [Truncator(line).chars(LONGEST_LINE) for line in _lines(city.shown_name, 12)]
    return Node(city.shown_name, lines=lines)


def _organisations(partnerships):
    """(the organisations that are drawn, each once, how many are left out)."""
    found = {
        partner.organisation_id: partner.organisation
        for partnership in partnerships
        for partner in partnership.partners.all()
    }
    rows = list(found.values())
    return rows[:ORGANISATIONS_IN_PICTURE], len(rows[ORGANISATIONS_IN_PICTURE:])


def _by_kind(organisations):
    """A group for each kind of *organisations*, in the order in which kinds stand anywhere."""
    groups = []
    for kind, label in OrganisationKind.choices:
        rows = [row for row in organisations if row.kind == kind]
        rows.sort(key=lambda row: (row.folded_name, row.pk))
        if rows:
            nodes = [_node(row.name, row.pk) for row in rows]
            groups.append(Group(Node(str(label)), nodes, "organisation"))
    return groups


def _node(name, pk=0):
    return Node(Truncator(name).chars(LONGEST_LABEL), name, pk)


def _stand_on_ring(groups):
    """Place the groups on both sides of the ring; returns the height of the picture."""
    left, right = _sides(groups)
    lines = max(sum(group.height for group in side) for side in (left, right))
    height = max(LEAST_HEIGHT, round(lines * LINE) + 4 * MARGIN)
    for side, direction in ((right, 1), (left, -1)):
        own = sum(group.height for group in side) * LINE
        space = (height - 4 * MARGIN - own) / (len(side) + 1) if side else 0
        y = -height / 2 + 2 * MARGIN + space + LINE / 2
        for group in side:
            for node in (group.heading, *group.nodes):
                _stand(node, y, direction, height)
                y += LINE
            group.heading.text_x = group.nodes[0].text_x
            y += 0.6 * LINE + space
            points = " ".join(f"{node.x},{node.y}" for node in group.nodes)
            group.line = points if len(group.nodes) > 1 else ""
    return height


def _sides(groups):
    """The groups clockwise from the top right, cut where both sides are most alike in height."""

    def difference(cut):
        return abs(sum(g.height for g in groups[:cut]) - sum(g.height for g in groups[cut:]))

    cut = min(range(1, len(groups) + 1), key=difference)
    return groups[cut:][::-1], groups[:cut]


def _stand(node, y, direction, height):
    x = direction * RING * sqrt(1 - (y / (height / 2 * TALLER)) ** 2)
    node.x, node.y = round(x), round(y)
    node.text_x = node.x + direction * 14
    node.anchor = "start" if direction > 0 else "end"


def _badges(partnerships, places, height):
    """(partnership, node) of each: on both sides of the city, each near its organisations."""
    numbered = list(enumerate(partnerships, start=1))
    if len(numbered) == 1:
        return [(partnerships[0], _badge(numbered[0], 0, round(height / 4)))]
    leaning = {number: _middle_of(row, places) for number, row in numbered}
    rightmost_first = sorted(numbered, key=lambda entry: (-leaning[entry[0]][0], entry[0]))
    half = (len(numbered) + 1) // 2
    badges = []
    for side, direction in ((rightmost_first[:half], 1), (rightmost_first[half:], -1)):
        step = min(height * 0.36, height * 0.84 / max(len(side), 1))
        side.sort(key=lambda entry: (leaning[entry[0]][1], entry[0]))
        for position, entry in enumerate(side):
            y = (position - (len(side) - 1) / 2) * step
            x = direction * INNER * RING * sqrt(1 - (y / (height / 2 * TALLER)) ** 2)
            badges.append((entry[1], _badge(entry, round(x), round(y))))
    return badges


def _badge(entry, x, y):
    number, partnership = entry
    name = str(partnership.shown_name)
    lines = _lines(Truncator(name).chars(LONGEST_NAME), LONGEST_NAME // 2)
    return Node(name, name, x=x, y=y, lines=lines, number=number)


def _middle_of(partnership, places):
    """The middle of where the organisations of *partnership* stand."""
    nodes = [
        places[partner.organisation_id]
        for partner in partnership.partners.all()
        if partner.organisation_id in places
    ]
    count = len(nodes) or 1
    return sum(node.x for node in nodes) / count, sum(node.y for node in nodes) / count


def _lines(text, longest):
    """*text* on two lines at most, broken between words near its middle."""
    words = text.split()
    if len(text) <= longest or len(words) < 2:
        return [text]
    cut = min(
        range(1, len(words)),
        key=lambda number: abs(len(" ".join(words[:number])) - len(text) / 2),
    )
    return [" ".join(words[:cut]), " ".join(words[cut:])]


def _curve(start, end, *, back=False):
    """A path from *start* that arrives level at *end*, on the ring; or the same way back."""
    reach = min(hypot(end.x - start.x, end.y - start.y) / 2, RING / 2)
    turn = round(end.x - reach if end.x > 0 else end.x + reach)
    if back:
        start, end = end, start
    level = end.y if not back else start.y
    return f"M{start.x} {start.y}Q{turn} {level} {end.x} {end.y}"
