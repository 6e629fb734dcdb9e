"""The paper's addresses: the API below /api/, the desk below /desk/, the newsroom elsewhere."""

from enfilade.urls import include, path

urlpatterns = [
    path("api/", include("gazette.api.urls")),
    path("desk/", include("gazette.desk.urls")),
    path("", include("gazette.newsroom.urls")),
]

handler404 = "gazette.errors.not_found"
