"""The same site for Enfilade and for Django, by the names that both frameworks have."""

import importlib

MIDDLEWARE = {
    "three": (
        "middleware.security.SecurityMiddleware",
        "middleware.common.CommonMiddleware",
        "middleware.clickjacking.XFrameOptionsMiddleware",
    ),
    "seven": (
        "middleware.security.SecurityMiddleware",
        "contrib.sessions.middleware.SessionMiddleware",
        "middleware.common.CommonMiddleware",
        "middleware.csrf.CsrfViewMiddleware",
        "contrib.auth.middleware.AuthenticationMiddleware",
        "contrib.messages.middleware.MessageMiddleware",
        "middleware.clickjacking.XFrameOptionsMiddleware",
    ),
}


def routes(framework, count=3):
    """*count* routes, of which the article comes last; and behind it the same as a coroutine."""
    http = importlib.import_module(f"{framework}.http")
    path = importlib.import_module(f"{framework}.urls").path

    def hello(request):
        return http.HttpResponse("hello")

    def article(request, year, slug):
        return http.JsonResponse({"year": year, "slug": slug})

    async def article_async(request, year, slug):
        return http.JsonResponse({"year": year, "slug": slug})

    others = [
        path(f"section-{number}/<int:year>/", article, name=f"section-{number}")
        for number in range(count - 2)
    ]
    return [
        path("hello/", hello, name="hello"),
        *others,
        path("<int:year>/<slug:slug>/", article, name="article"),
        path("async/<int:year>/<slug:slug>/", article_async, name="article-async"),
    ]


def configure(framework, urlconf, middleware=""):
    """Set the framework up for the module *urlconf*, behind none, "three" or "seven" middleware."""
    site = {
        "ROOT_URLCONF": urlconf,
        "MIDDLEWARE": [f"{framework}.{name}" for name in MIDDLEWARE.get(middleware, ())],
        "ALLOWED_HOSTS": ["example.org"],
        "SECRET_KEY": "of a benchmark",
    }
    if framework == "django":
        # Nothing is read from it: the session is not touched.
        site["INSTALLED_APPS"] = [
            f"django.contrib.{app}" for app in ("auth", "contenttypes", "sessions", "messages")
        ]
    importlib.import_module(f"{framework}.conf").settings.configure(**site)
    if framework == "django":
        importlib.import_module("django").setup()
