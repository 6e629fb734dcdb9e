"""The newspaper on Enfilade, behind seven middleware."""

from newspaper import configure, routes

from enfilade import get_asgi_application, get_wsgi_application

urlpatterns = routes("enfilade")
configure("enfilade", __name__, "seven")
application = get_wsgi_application()
asgi = get_asgi_application()
