"""What a browser does on the site of the seven middleware, one request after the other."""

from hashlib import sha256

from oracle.browser import TOKEN, get, post

FOREIGN = {"origin": "https://evil.example"}
TOKENS = {"csrfmiddlewaretoken": TOKEN}
ANN = {"username": "ann", "password": "secret"}
LONG = "".join(sha256(str(number).encode()).hexdigest() for number in range(50))
"""What a cookie has no room for, compressed or not."""

STORIES = {
    "nothing is touched": [
        get("/plain/"),
        get("/plain/", method="HEAD"),
        get("/plain/", method="OPTIONS"),
        get("/stream/"),
        get("/redirect/"),
    ],
    "a counter": [
        get("/session/"),
        get("/session/?count"),
        get("/session/?count"),
        get("/plain/"),
        get("/session/"),
        get("/session/?count&status=500"),
        get("/session/"),
        get("/session/?count&status=404"),
        get("/session/"),
    ],
    "the life of a session": [
        get("/session/?count&expiry=60"),
        get("/session/?cycle_key"),
        get("/session/?count&cycle_key"),
        get("/session/?expiry=0"),
        get("/session/?flush"),
        get("/session/?count"),
        get("/session/?flush&count"),
        get("/session/?drop"),
        get("/session/?count"),
        get("/session/?clear"),
        get("/session/"),
    ],
    "signing in and out": [
        get("/who/"),
        get("/private/?a=b"),
        get("/page/?said=in"),
        post("/enter/", **TOKENS, **ANN),
        get("/who/"),
        get("/private/"),
        get("/session/?count"),
        get("/page/?said=here"),
        post("/leave/", **TOKENS),
        get("/who/"),
        get("/session/"),
        get("/private/"),
    ],
    "signing in with a session of before": [
        get("/session/?count"),
        get("/form/"),
        post("/enter/", **TOKENS, username="ann", password="wrong"),
        post("/enter/", **TOKENS, **ANN),
        get("/session/"),
        get("/session/?flush"),
        get("/who/"),
    ],
    "messages": [
        get("/board/"),
        get("/note/?text=one"),
        get("/note/?text=two&text=three"),
        get("/plain/"),
        get("/nowhere/"),
        get("/board/"),
        get("/board/"),
        get("/note/?text=four"),
        get("/page/"),
        get("/page/"),
    ],
    "more messages than a cookie holds": [
        get("/note/?text=short"),
        get(f"/note/?text={LONG}"),
        get(f"/note/?text={LONG}"),
        get("/session/"),
        get("/board/"),
        get("/board/"),
    ],
    "a form": [
        get("/form/"),
        post("/form/", **TOKENS, text="first"),
        get("/page/"),
        post("/form/", **TOKENS, text="second"),
        post("/form/", {"x_csrftoken": TOKEN}, text="third"),
        get("/board/"),
        get("/ensured/"),
    ],
    "forged forms": [
        post("/form/", text="no cookie"),
        post("/exempt/", text="exempt"),
        get("/form/"),
        post("/form/", text="no token"),
        post("/form/", text="short", csrfmiddlewaretoken="abc"),
        post("/form/", text="wrong", csrfmiddlewaretoken="a" * 64),
        post("/form/", FOREIGN, **TOKENS, text="foreign"),
        post("/enter/", FOREIGN, **TOKENS, **ANN),
        get("/board/"),
    ],
    "failures": [
        get("/fail/?as=missing"),
        get("/board/"),
        get("/fail/?as=denied"),
        get("/fail/?as=suspicious"),
        get("/fail/?as=broken"),
        get("/fail/?none"),
        get("/board/"),
    ],
    "addresses": [
        get("/plain"),
        get("/session?count"),
        get("/nowhere"),
        get("/nowhere/"),
        get("//evil.example/plain"),
        post("/form", text="no slash"),
        get("/"),
    ],
    "fields of the view's own": [
        get("/own/"),
        get("/framed/"),
        get("/same/"),
        get("/own/", method="HEAD"),
    ],
}
