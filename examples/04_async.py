"""Step 9, the view, on an event loop: three things are waited for at once.

``enfilade run 04_async.py`` serves it over ASGI. Without ``.asgi`` in the last line it would be
served over WSGI, and the view would still work.
"""

import asyncio

from enfilade import Application, JsonResponse, path


async def ring(room, seconds):
    await asyncio.sleep(seconds)
    return f"{room} answered after {seconds} s"


async def bells(request):
    answers = await asyncio.gather(ring("kitchen", 0.1), ring("attic", 0.3), ring("lodge", 0.2))
    return JsonResponse({"answers": answers})


application = Application([path("", bells)]).asgi
