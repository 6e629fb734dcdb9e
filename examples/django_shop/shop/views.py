"""The shop's views."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST


def front(request):
    return HttpResponse("Welcome.\n")


def order(request, number):
    return JsonResponse({"order": number})


@require_POST
def pay(request, number):
    return HttpResponse("Thank you.\n")


async def stock(request):
    return JsonResponse({"lamps": 3})
