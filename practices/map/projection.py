"""From a point on the globe to a point on the map.

Lambert's azimuthal equal-area projection around 10° E, 52° N, as European statistics have it
(EPSG:3035), on a sphere: what is twice as large on the map is twice as large on the ground.
The outlines were drawn with it (``draw_outlines``); whoever changes it draws them anew.
"""

from math import cos, hypot, radians, sin, sqrt

EARTH = 6_371_007  # metres: the radius of the sphere with the earth's surface
CENTRE_LATITUDE, CENTRE_LONGITUDE = radians(52), radians(10)
METRES_PER_UNIT = 500
WEST, NORTH = -1_850_000, 2_300_000  # metres from the centre to the map's edges
SIZE = 8_400  # units; the map is a square


def project(latitude, longitude):
    """The point of the map, in units from its upper left corner, or None at the antipode."""
    latitude, longitude = radians(latitude), radians(longitude) - CENTRE_LONGITUDE
    x = cos(latitude) * sin(longitude)
    y = cos(CENTRE_LATITUDE) * sin(latitude)
    y -= sin(CENTRE_LATITUDE) * cos(latitude) * cos(longitude)
    depth = sin(CENTRE_LATITUDE) * sin(latitude)
    depth += cos(CENTRE_LATITUDE) * cos(latitude) * cos(longitude)
    if hypot(x, y) < 1e-9 and depth < 0:
        return None
    scale = EARTH * sqrt(2 / (1 + depth))
    return (
        round((x * scale - WEST) / METRES_PER_UNIT),
        round((NORTH - y * scale) / METRES_PER_UNIT),
    )


def is_on_map(point):
    return point is not None and all(0 <= part <= SIZE for part in point)
