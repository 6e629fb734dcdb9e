"""Addresses of the API, in the namespace ``api``."""

from enfilade.urls import path
from gazette.api import views

app_name = "api"

urlpatterns = [
    path("articles/", views.articles, name="articles"),
    path("articles/<int:number>/", views.article, name="article"),
    path("broken/", views.broken, name="broken"),
]
