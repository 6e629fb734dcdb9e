"""The paper's addresses, in the namespace ``newsroom``. The first that matches wins."""

from enfilade.urls import path
from enfilade.views.generic import RedirectView, TemplateView
from gazette.newsroom import deliveries, views

app_name = "newsroom"

urlpatterns = [
    path("", views.front, name="front"),
    path("sections/<slug:slug>/", views.section, name="section"),
    path("archive/", views.ArchiveView.as_view(), name="archive"),
    path("archive/<int:year>/", views.ArchiveView.as_view(), name="archive"),
    path("search/", views.search, name="search"),
    path("pictures/", views.PicturesView.as_view(), name="pictures"),
    path("now/", views.now, name="now"),
    path("about/", TemplateView.as_view(template_name="about.html"), name="about"),
    path("rss/", RedirectView.as_view(pattern_name="newsroom:feed", permanent=True)),
    path("broken-stair/", views.broken_stair, name="broken-stair"),
    path("media/<str:filename>", deliveries.picture, name="picture"),
    path("feed.xml", deliveries.feed, name="feed"),
    path("export.csv", deliveries.export, name="export"),
    path("<int:year>/<slug:slug>/", views.ArticleView.as_view(), name="article"),
]
