"""What is drawn of the cities and journeys: circles, and curved lines between them.

``static/map.js`` does the same anew for each step of zooming.
"""

from collections import Counter
from dataclasses import dataclass, field
from math import hypot, sqrt

UNITS_PER_PIXEL = 11  # of the map as it is shown on a wide screen, before any zooming
DISTANCE = 40  # pixels within which cities share a circle
LARGEST, SMALLEST, EMPTY = 34, 5, 4  # radii in pixels
AROUND_NUMBER, OF_A_DIGIT = 6, 3.2  # and what a circle's number needs at least
OF_ONE_PRACTICE = 7  # the radius of one practice's circle, unless the largest would be too large
BEND = 0.16  # how far a line swings out, as a share of its length


@dataclass(eq=False)  # each is itself
class Circle:
    """One city or several near each other, drawn where the one with the most practices is."""

    point: tuple
    places: list = field(default_factory=list)
    radius: int = 0

    @property
    def number(self):
        return sum(place.number for place in self.places)

    @property
    def is_shared(self):
        return len(self.places) > 1


def circles_of(places, distance=DISTANCE * UNITS_PER_PIXEL):
    """Gather *places*, the largest first, each into the nearest circle within *distance*."""
    circles, squares = [], {}
    for place in places:
        x, y = place.point
        column, row = x // distance, y // distance
        near = [
            circle
            for across in (-1, 0, 1)
            for down in (-1, 0, 1)
            for circle in squares.get((column + across, row + down), ())
        ]
        nearest = min(near, key=lambda circle: _distance(circle.point, (x, y)), default=None)
        if nearest is None or _distance(nearest.point, (x, y)) > distance:
            nearest = Circle(place.point)
            circles.append(nearest)
            squares.setdefault((column, row), []).append(nearest)
        nearest.places.append(place)
    _measure(circles)
    return circles


def _distance(start, end):
    return hypot(end[0] - start[0], end[1] - start[1])


def _measure(circles):
    largest = max((circle.number for circle in circles), default=0)
    of_one = min(OF_ONE_PRACTICE, LARGEST / sqrt(largest or 1))
    for circle in circles:
        pixels = max(_least(circle), of_one * sqrt(circle.number)) if circle.number else EMPTY
        circle.radius = round(pixels * UNITS_PER_PIXEL)


def _least(circle):
    if circle.is_shared:
        return AROUND_NUMBER + OF_A_DIGIT * len(str(circle.number))
    return SMALLEST


@dataclass(frozen=True)
class Line:
    """Journeys from one circle to another."""

    path: str
    number: int


def lines_between(circles, journeys):
    """The lines of *journeys* (from, to, how many); none within one circle."""
    circle_of = {place.city.pk: circle for circle in circles for place in circle.places}
    numbers = Counter()
    for start, end, number in journeys:
        if start in circle_of and end in circle_of and circle_of[start] is not circle_of[end]:
            numbers[circle_of[start], circle_of[end]] += number
    return [Line(_curve(start, end), number) for (start, end), number in numbers.items()]


def _curve(start, end):
    """From edge to edge, always swinging out to the same side, seen in the line's direction."""
    (x, y), (end_x, end_y) = start.point, end.point
    over = (x + end_x) / 2 - (end_y - y) * BEND, (y + end_y) / 2 + (end_x - x) * BEND
    from_x, from_y = _towards(start.point, over, start.radius)
    to_x, to_y = _towards(end.point, over, end.radius + 2 * UNITS_PER_PIXEL)
    return f"M{from_x} {from_y}Q{round(over[0])} {round(over[1])} {to_x} {to_y}"


def _towards(point, other, length):
    share = length / (_distance(point, other) or 1)
    return tuple(round(a + (b - a) * share) for a, b in zip(point, other, strict=True))
