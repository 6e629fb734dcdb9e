"""Step 7, the URLconf: converters, two instances of the same rooms, and the way back to a path.

``enfilade run 05_reverse_and_namespaces.py``, then follow the addresses on the first page.
"""

from enfilade import Application, HttpResponse, include, path, reverse


def room(request, floor, name):
    match = request.resolver_match
    return HttpResponse(f"{name}, floor {floor}, of the {match.namespace}: {match.route}\n")


def hall(request):
    addresses = [
        reverse("house:room", args=[2, "library"]),
        reverse("annex:room", kwargs={"floor": 1, "name": "stove"}),
        reverse("hall", query={"from": "garden"}, fragment="clock"),
    ]
    return HttpResponse("\n".join([*addresses, ""]), content_type="text/plain")


rooms = ([path("<int:floor>/<slug:name>/", room, name="room")], "rooms")

application = Application(
    [
        path("", hall, name="hall"),
        path("house/", include(rooms, namespace="house")),
        path("annex/", include(rooms, namespace="annex")),
    ]
)
