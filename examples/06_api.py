"""Step 9, the view, for programs: data in, data out, and problem details where something is wrong.

``pip install pydantic`` (or msgspec), ``enfilade run 06_api.py``, and then
``curl --json '{"name": "library", "beds": "many"}' http://127.0.0.1:8000/rooms/``.
"""

from dataclasses import dataclass

from enfilade import Application, path
from enfilade.contrib.api import APIView, Problem, Response, api_view


@dataclass
class Room:
    name: str
    beds: int = 1


rooms = {"hall": Room("hall", beds=0)}


class Rooms(APIView):
    def get(self, request):
        return list(rooms.values())

    def post(self, request):
        room = request.validated(Room)
        if room.name in rooms:
            raise Problem(409, f"There is a {room.name} already.")
        rooms[room.name] = room
        return Response(room, 201, {"Location": f"/rooms/{room.name}/"})


@api_view(["DELETE"])
async def room(request, name):
    rooms.pop(name, None)
    return Response(status=204)


application = Application([path("rooms/", Rooms.as_view()), path("rooms/<slug:name>/", room)])
