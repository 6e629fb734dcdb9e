"""The paper's addresses: the API below /api/, the newsroom everywhere else."""

from enfilade.urls import include, path

urlpatterns = [
    path("api/", include("gazette.api.urls")),
    path("", include("gazette.newsroom.urls")),
]

handler404 = "gazette.errors.not_found"
