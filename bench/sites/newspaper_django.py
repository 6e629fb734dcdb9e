"""The newspaper on Django, behind seven middleware."""

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from newspaper import configure, routes

urlpatterns = routes("django")
configure("django", __name__, "seven")
application = get_wsgi_application()
asgi = get_asgi_application()
