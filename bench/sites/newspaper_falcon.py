"""The article of the newspaper on Falcon, without middleware."""

import falcon


class Article:
    def on_get(self, request, response, year, slug):
        response.media = {"year": year, "slug": slug}


application = falcon.App()
application.add_route("/{year:int}/{slug}/", Article())
