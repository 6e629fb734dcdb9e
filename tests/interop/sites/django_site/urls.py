from django.contrib import admin
from django.urls import path
from django_site import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("echo/<path:rest>", views.echo),
    path("upload/", views.upload),
    path("stream/", views.stream),
    path("fail/", views.fail),
    path("", views.index),
]
