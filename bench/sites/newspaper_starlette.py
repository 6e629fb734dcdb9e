"""The article of the newspaper on Starlette, without middleware."""

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def article(request):
    return JSONResponse({"year": request.path_params["year"], "slug": request.path_params["slug"]})


asgi = Starlette(routes=[Route("/async/{year:int}/{slug}/", article)])
