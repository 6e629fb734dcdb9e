"""What the project answers with, apart from the admin."""

import json

from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt


def index(request):
    visits = int(request.COOKIES.get("visits", 0)) + 1
    response = HttpResponse(f"django, visit {visits}")
    response.set_cookie("visits", visits)
    response.set_cookie("theme", "dark", httponly=True)
    return response


@csrf_exempt
def echo(request, rest):
    body = "" if request.POST else request.body.decode()
    return JsonResponse(
        {
            "method": request.method,
            "path": request.path,
            "query": request.GET.dict(),
            "form": request.POST.dict(),
            "json": json.loads(body) if request.content_type == "application/json" else None,
            "body": body,
            "header": request.headers.get("X-Room", ""),
        }
    )


@csrf_exempt
def upload(request):
    file = request.FILES["picture"]
    return HttpResponse(f"{file.name} {len(file.read())} {request.POST['title']}")


def stream(request):
    return StreamingHttpResponse(f"line {number}\n" for number in range(1000))


def fail(request):
    raise RuntimeError("on purpose")
