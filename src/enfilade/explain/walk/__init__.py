"""One request, really made in this process, to be looked at from room to room.

:func:`take_walk` sends it through the server's parser, the gateway, the application and the
server's writer, and :func:`find_stations` tells of each piece it came through what it met there.
"""

from enfilade.explain.walk.exhibits import Exhibit
from enfilade.explain.walk.journey import Journey, Venue, take_walk
from enfilade.explain.walk.stations import Station, find_stations

__all__ = ["Exhibit", "Journey", "Station", "Venue", "find_stations", "take_walk"]
