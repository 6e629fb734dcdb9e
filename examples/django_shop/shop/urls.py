"""The shop's addresses."""

from django.urls import include, path

from shop import views

orders = [
    path("<int:number>/", views.order, name="order"),
    path("<int:number>/pay/", views.pay, name="pay"),
]

urlpatterns = [
    path("", views.front, name="front"),
    path("orders/", include((orders, "orders"))),
    path("stock/", views.stock, name="stock"),
]
