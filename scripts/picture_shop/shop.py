"""A small tea shop with three faults, for pictures of the profiler.

The list of teas asks the database once a tea, the search is slow, and the payment provider is
away.
"""

import logging
from time import sleep

from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

from enfilade import Application, HttpResponse, JsonResponse, path

logger = logging.getLogger("shop")

TEAS = {
    "assam": ("Assam Mangalam", 1190),
    "bancha": ("Bancha Shizuoka", 980),
    "ceylon": ("Ceylon Uva", 860),
    "darjeeling": ("Darjeeling First Flush", 1890),
    "earl-grey": ("Earl Grey", 790),
    "genmaicha": ("Genmaicha", 1020),
    "jasmine": ("Jasmine Pearls", 2150),
    "keemun": ("Keemun Hao Ya", 1640),
    "lapsang": ("Lapsang Souchong", 1280),
    "oolong": ("Oolong Tie Guan Yin", 2280),
    "puerh": ("Pu-erh Menghai", 1750),
    "rooibos": ("Rooibos", 640),
    "sencha": ("Sencha Uji", 1460),
    "yunnan": ("Yunnan Gold", 1830),
}

engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})


class PaymentUnavailable(Exception):
    pass


def furnish():
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tea (slug TEXT PRIMARY KEY, name TEXT)"))
        connection.execute(text("CREATE TABLE price (slug TEXT, cents INTEGER)"))
        for slug, (name, cents) in TEAS.items():
            row = {"slug": slug, "name": name, "cents": cents}
            connection.execute(text("INSERT INTO tea VALUES (:slug, :name)"), row)
            connection.execute(text("INSERT INTO price VALUES (:slug, :cents)"), row)


def page(title, body):
    return HttpResponse(f"<!doctype html><title>{title}</title><h1>{title}</h1>{body}")


def price_of(connection, slug):
    found = text("SELECT cents FROM price WHERE slug = :slug")
    return connection.execute(found, {"slug": slug}).scalar()


def home(request):
    return page("Leaf & Pot", "<p>Teas from seven gardens.</p>")


def teas(request):
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT slug, name FROM tea ORDER BY name")).all()
        lines = [f"<li>{name}: {price_of(connection, slug) / 100} €" for slug, name in rows]
    return page("All teas", f"<ul>{''.join(lines)}</ul>")


def tea(request, slug):
    with engine.connect() as connection:
        found = text("SELECT name FROM tea WHERE slug = :slug")
        name = connection.execute(found, {"slug": slug}).scalar()
        if name is None:
            return HttpResponse("There is no such tea.", status=404)
        cents = price_of(connection, slug)
    return page(name, f"<p>{cents / 100} €</p>")


def offers(request):
    return page("Offers", "<p>None this week.</p>")


def search(request):
    words = request.GET.get("q", "")
    logger.info("searching the catalogue for %r", words)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT slug, name FROM tea")).all()
    found = [name for slug, name in rows if rank(words, name)]
    logger.info("%d found", len(found))
    return page("Search", "<br>".join(found))


def rank(words, name):
    sleep(0.04)  # a distance of every word to every name, and no index
    return words.lower() in name.lower()


def stock(request, slug):
    return JsonResponse({"slug": slug, "tins": len(slug) * 3})


def checkout(request):
    logger.info("basket of 3 teas, 44.30 €")
    charge(4430)
    return HttpResponse(status=303, headers={"Location": "/"})


def charge(cents):
    sleep(0.012)
    logger.warning("the payment provider does not answer, giving up")
    raise PaymentUnavailable("payments.example did not answer within 10 ms")


furnish()
application = Application(
    [
        path("", home, name="home"),
        path("teas/", teas, name="teas"),
        path("teas/<slug:slug>/", tea, name="tea"),
        path("teas/offers/", offers, name="offers"),
        path("search/", search, name="search"),
        path("checkout/", checkout, name="checkout"),
        path("api/stock/<slug:slug>/", stock, name="stock"),
    ],
    DEBUG=True,
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=[
        "enfilade.middleware.security.SecurityMiddleware",
        "enfilade.middleware.request_id.RequestIDMiddleware",
        "enfilade.middleware.gzip.GZipMiddleware",
        "enfilade.middleware.common.CommonMiddleware",
        "enfilade.middleware.http.ConditionalGetMiddleware",
        "enfilade.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)
