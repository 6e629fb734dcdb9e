"""Steps 6, 8 and 11, the middleware: two of them, all five hooks, in the order of the walk.

``enfilade run 02_middleware_hooks.py``, then look at the header ``Walk`` of / and of /broken/.
"""

from enfilade import Application, HttpResponse, path
from enfilade.middleware import MiddlewareMixin
from enfilade.template import TemplateResponse, engines


class Outer(MiddlewareMixin):
    def note(self, request, hook):
        request.walk = [*getattr(request, "walk", []), f"{type(self).__name__}.{hook}"]

    def process_request(self, request):
        self.note(request, "request")

    def process_view(self, request, view, args, kwargs):
        self.note(request, f"view({view.__name__})")

    def process_exception(self, request, exception):
        self.note(request, "exception")
        return HttpResponse(f"Caught by {type(self).__name__}: {exception}\n", status=500)

    def process_template_response(self, request, response):
        self.note(request, "template_response")
        return response

    def process_response(self, request, response):
        self.note(request, "response")
        response["Walk"] = ", ".join(request.walk)
        return response


class Inner(Outer):
    pass


def page(request):
    template = engines()["jinja2"].from_string("Nothing was wrong, {{ request.path }}.\n")
    return TemplateResponse(request, template)


def broken(request):
    raise ValueError("a step is missing")


application = Application([path("", page), path("broken/", broken)], MIDDLEWARE=[Outer, Inner])
