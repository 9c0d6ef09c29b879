"""Draw the outlines of the map; needed again only when the projection changes.

How it was called is told in static/vendor/README.md.
"""

import json
from itertools import pairwise
from math import hypot
from pathlib import Path

from django.core.management.base import BaseCommand

from practices.map.projection import SIZE, project

MARGIN = 200  # units beyond the edges, so that no cut is seen
# The file draws who is in control; the map, as the European Union does, what is recognised.
PARTS_OF_CYPRUS = {"N. Cyprus", "Cyprus U.N. Buffer Zone"}
CRIMEA_ENDS = 46.5  # degrees north; the recognised border begins beyond
SEA, LAND, COAST, BORDER = "#dde8ef", "#fbfaf6", "#8fa3b0", "#c3ccd2"


class Command(BaseCommand):
    help = "Draw the outlines of Europe from a file of the npm package world-atlas."

    def add_arguments(self, parser):
        parser.add_argument("topology", type=Path, help="countries-50m.json")
        parser.add_argument("drawing", type=Path, help="the SVG file to write")
        parser.add_argument(
            "--tolerance", type=float, default=1.5, help="how far a line may move, in units"
        )

    def handle(self, *, topology, drawing, tolerance, **options):
        topology = json.loads(topology.read_text())
        arcs = [simplified(arc, tolerance) for arc in projected_arcs(topology)]
        land = list(rings(topology["objects"]["land"]["geometries"], arcs))
        drawing.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">'
            f'<path fill="{SEA}" d="M0 0h{SIZE}v{SIZE}H0z"/>'
            f'<path fill="{LAND}" stroke="{COAST}" stroke-width="7" stroke-linejoin="round"'
            f' d="{areas(land)}"/>'
            f'<path fill="none" stroke="{BORDER}" stroke-width="7" stroke-linejoin="round"'
            f' d="{lines(shared_arcs(topology, arcs))}"/></svg>\n'
        )


def projected_arcs(topology):
    """The lines of a TopoJSON file, whose points are steps, as points of the map."""
    (step_x, step_y), (start_x, start_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    for arc in topology["arcs"]:
        points, x, y = [], 0, 0
        for along, up in arc:
            x, y = x + along, y + up
            points.append(project(start_y + y * step_y, start_x + x * step_x))
        yield points


def simplified(points, tolerance):
    """*points* without those that lie within *tolerance* of the line (Douglas and Peucker)."""
    kept, open_parts = {0, len(points) - 1}, [(0, len(points) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        far, farthest = 0, None
        for index in range(first + 1, last):
            distance = distance_to_line(points[index], points[first], points[last])
            if distance > far:
                far, farthest = distance, index
        if far > tolerance:
            kept.add(farthest)
            open_parts += [(first, farthest), (farthest, last)]
    return [points[index] for index in sorted(kept)]


def distance_to_line(point, start, end):
    along, up = end[0] - start[0], end[1] - start[1]
    length = hypot(along, up)
    if not length:
        return hypot(point[0] - start[0], point[1] - start[1])
    return abs((point[0] - start[0]) * up - (point[1] - start[1]) * along) / length


def rings(geometries, arcs):
    """The closed lines of some polygons."""
    for geometry in geometries:
        polygons = geometry["arcs"]
        for polygon in [polygons] if geometry["type"] == "Polygon" else polygons:
            for ring in polygon:
                points = []
                for number in ring:
                    arc = arcs[number] if number >= 0 else arcs[~number][::-1]
                    points += arc[1:] if points else arc
                yield points


def shared_arcs(topology, arcs):
    """The lines on which two countries meet."""
    users = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        name = geometry["properties"]["name"]
        country = "Cyprus" if name in PARTS_OF_CYPRUS else name
        polygons = geometry.get("arcs", [])
        for polygon in [polygons] if geometry["type"] == "Polygon" else polygons:
            for ring in polygon:
                for number in ring:
                    users.setdefault(max(number, ~number), set()).add(country)
    return [
        arcs[number]
        for number in sorted(users)
        if len(users[number]) > 1 and not is_edge_of_crimea(topology, number, users[number])
    ]


def is_edge_of_crimea(topology, number, countries):
    start = topology["arcs"][number][0][1]
    latitude = topology["transform"]["translate"][1] + start * topology["transform"]["scale"][1]
    return countries == {"Russia", "Ukraine"} and latitude < CRIMEA_ENDS


def areas(closed_lines):
    """The parts of *closed_lines* on the map, as the data of a path."""
    cut = (cut_to_map(line[:-1]) for line in closed_lines)
    return "".join(steps(line) + "z" for line in cut if len(line) > 2)


def cut_to_map(points):
    """A closed line as far as it lies on the map (Sutherland and Hodgman)."""
    for axis, limit, sign in (
        (0, -MARGIN, 1),
        (0, SIZE + MARGIN, -1),
        (1, -MARGIN, 1),
        (1, SIZE + MARGIN, -1),
    ):
        inside = [(point[axis] - limit) * sign >= 0 for point in points]
        cut = []
        for index, point in enumerate(points):
            before = points[index - 1]
            if inside[index] != inside[index - 1]:
                share = (limit - before[axis]) / (point[axis] - before[axis])
                cut.append(
                    tuple(round(a + share * (b - a)) for a, b in zip(before, point, strict=True))
                )
            if inside[index]:
                cut.append(point)
        points = cut
    return points


def lines(open_lines):
    """The parts of *open_lines* on the map, as the data of a path."""
    data = ""
    for line in open_lines:
        part = []
        for index, point in enumerate(line):
            # A point beyond the edge is kept where its neighbour is on the map.
            near = line[max(index - 1, 0) : index + 2]
            if any(0 <= x <= SIZE and 0 <= y <= SIZE for x, y in near):
                part.append(point)
                continue
            data += steps(part) if len(part) > 1 else ""
            part = []
        data += steps(part) if len(part) > 1 else ""
    return data


def steps(points):
    """*points* as steps from the one to the next, which are short to write."""
    (start_x, start_y), *_rest = points
    moves = [(x - a, y - b) for (a, b), (x, y) in pairwise(points) if (a, b) != (x, y)]
    data = " ".join(f"{along} {up}" for along, up in moves)
    return f"M{start_x} {start_y}l{data}".replace(" -", "-") if moves else ""
