"""Steps 4 to 10, from the handler to the response: a whole site in six lines.

Run it with ``enfilade dev 01_hello.py`` and open http://127.0.0.1:8000/.
"""

from enfilade import Application, HttpResponse, path


def hello(request):
    return HttpResponse("Hello through every room.\n")


application = Application([path("", hello)])
