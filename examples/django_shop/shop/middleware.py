"""A middleware as Django wants them: a function around the rest of the chain."""

from django.http import HttpResponse


def opening_hours(get_response):
    def middleware(request):
        if "closed" in request.GET:
            return HttpResponse("We are closed.\n", status=503)
        return get_response(request)

    return middleware
