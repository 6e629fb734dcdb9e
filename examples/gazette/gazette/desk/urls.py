"""Addresses of the desk and of its door, in the namespace ``desk``."""

from enfilade.contrib.auth.views import LoginView
from enfilade.urls import path
from gazette.desk import views

app_name = "desk"

urlpatterns = [
    path("", views.DeskView.as_view(), name="front"),
    path("sign-in/", LoginView.as_view(), name="sign-in"),
    path("sign-out/", views.SignOutView.as_view(), name="sign-out"),
    path("write/", views.WriteView.as_view(), name="write"),
    path("<int:number>/", views.EditView.as_view(), name="edit"),
    path("<int:number>/withdraw/", views.WithdrawView.as_view(), name="withdraw"),
]
