"""The rows of the comparison: what is measured, who takes part, and what is to be reached."""

from bench import static_files
from bench.contest import Ask, Contestant, Row, at_least, at_most
from bench.counts import instructions, system_calls
from bench.load import under_load
from bench.memory import idle_connections, upload
from bench.open_loop import at_rate, open_loop
from bench.rivals import (
    BJOERN,
    ENFILADE,
    FASTWSGI,
    GRANIAN,
    GRANIAN_ASGI,
    GUNICORN,
    NGINX_SERVER,
    UVICORN,
)
from bench.starting import first_response, start_up

BROWSER = (
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ("Accept-Language", "en-GB,en;q=0.7,de;q=0.3"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Referer", "https://example.org/2026/another-article/"),
    ("Connection", "keep-alive"),
    ("Cookie", "theme=dark; consent=all; sessionid=k1x0v6mt3pz8w4r2a9yq7c5e; seen=4711"),
    ("Upgrade-Insecure-Requests", "1"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-Fetch-User", "?1"),
    ("DNT", "1"),
    ("Priority", "u=0, i"),
    ("Cache-Control", "max-age=0"),
)
"""What a browser sends beside Host: sixteen fields together."""

SLEEPY_RATE = 4000

HELLO = Ask(answer=b"hello")
BROWSER_HELLO = Ask(fields=BROWSER, answer=b"hello")
ARTICLE = Ask("/2026/some-article/", answer=b'{"year": 2026, "slug": "some-article"}')
ASYNC_ARTICLE = Ask("/async/2026/some-article/", answer=ARTICLE.answer)

OURS = Contestant(ENFILADE, threads=8)
GTHREAD = Contestant(GUNICORN, threads=8)
FASTEST = (Contestant(BJOERN), Contestant(FASTWSGI), Contestant(GRANIAN))
FASTEST_NAMES = tuple(rival.name for rival in FASTEST)


def _on_django(rival: Contestant) -> Contestant:
    return Contestant(rival.server, "newspaper_django:application", "Django", rival.threads)


def _with(application: str, *contestants: Contestant) -> tuple[Contestant, ...]:
    return tuple(Contestant(each.server, application, "", each.threads) for each in contestants)


ALONE = (OURS,)
HELLO_WSGI = (OURS, *FASTEST, GTHREAD)
HELLO_ASGI = (
    Contestant(ENFILADE, "hello:asgi", more=("--interface", "asgi")),
    Contestant(UVICORN, "hello:asgi"),
    Contestant(GRANIAN_ASGI, "hello:asgi"),
)
THREADED = (OURS, GTHREAD, Contestant(GRANIAN, threads=8))
NEWSPAPER = (
    Contestant(ENFILADE, "newspaper_enfilade:application", threads=8),
    _on_django(GTHREAD),
    *(_on_django(rival) for rival in FASTEST),
    Contestant(BJOERN, "newspaper_falcon:application", "Falcon"),
)
FASTEST_ON_DJANGO = tuple(_on_django(rival).name for rival in FASTEST)
NEWSPAPER_ASGI = Contestant(
    ENFILADE, "newspaper_enfilade:asgi", more=("--interface", "asgi"), threads=8
)
RECORDER = "Enfilade + no recorder"


def _recorder(application: str) -> tuple[Contestant, ...]:
    """Enfilade as it is started, with its recorder, and without."""
    off = ("--no-recorder",)
    return (
        Contestant(ENFILADE, application, threads=8),
        Contestant(ENFILADE, application, "no recorder", threads=8, more=off),
    )


STATIC = (
    Contestant(ENFILADE, threads=8, more=("--static", f"/static={static_files.FOLDER}")),
    Contestant(NGINX_SERVER, more=(str(static_files.FOLDER),)),
)
ON_EVENT_LOOPS = "Enfilade with its own HTTP/1.1 on uvloop; uvicorn with uvloop and httptools."
IDLE = (
    Contestant(ENFILADE, threads=8, more=("--keep-alive", "600", "--limit-connections", "19000")),
    Contestant(NGINX_SERVER),
)

ROWS = (
    Row(
        "hello-minimal",
        "Hello over WSGI, minimal GET",
        under_load,
        HELLO_WSGI,
        HELLO,
        (at_least(1.05, "requests/s", *FASTEST_NAMES),),
    ),
    Row(
        "hello-browser",
        "Hello over WSGI, GET of a browser with 16 header fields",
        under_load,
        HELLO_WSGI,
        BROWSER_HELLO,
        (at_least(1.2, "requests/s", *FASTEST_NAMES),),
    ),
    Row(
        "sleepy",
        f"8 threads, 5 % of the requests sleep 10 ms, {SLEEPY_RATE:,} requests/s",
        at_rate(SLEEPY_RATE),
        _with("sleepy:application", *THREADED),
        HELLO,
        (
            at_most(0.5, "p50 ms", "Gunicorn", "Granian"),
            at_most(1, "p99.9 ms", "Gunicorn", "Granian"),
        ),
        note="A quarter of what eight threads can do, at the same rate for all.",
    ),
    Row(
        "sleepy-full",
        "The same with as many requests as the threads can do",
        under_load,
        _with("sleepy:application", *THREADED),
        HELLO,
        note="Eight threads that sleep half a millisecond on average can do 16,000 requests/s, and"
        " 32 clients that ask at once wait for 2 ms on average, whatever the server.",
    ),
    Row(
        "spinning",
        "A CPU-bound Python thread beside the server",
        under_load,
        _with("spinning:application", *THREADED),
        HELLO,
        (at_least(2, "requests/s", "Gunicorn"),),
    ),
    Row(
        "newspaper",
        "Server, seven middleware, route with two converters, JSON",
        under_load,
        NEWSPAPER,
        ARTICLE,
        (
            at_least(15, "requests/s", "Gunicorn + Django"),
            at_least(7, "requests/s", *FASTEST_ON_DJANGO),
            at_least(1, "requests/s", "bjoern + Falcon"),
        ),
        note="Falcon runs without middleware.",
    ),
    *(
        Row(
            f"recorder-{name}",
            f"What the recorder costs, {title}",
            under_load,
            _recorder(application),
            ask,
            (at_least(0.98, "requests/s", RECORDER),),
            note="On, as it is unless told otherwise: one in a thousand is traced, two a second in"
            " the long run.",
        )
        for name, title, application, ask in (
            ("hello", "hello", "hello:application", HELLO),
            ("newspaper", "the newspaper", "newspaper_enfilade:application", ARTICLE),
        )
    ),
    Row(
        "hello-asgi",
        "Hello over ASGI",
        under_load,
        HELLO_ASGI,
        HELLO,
        (at_least(1.2, "requests/s", "uvicorn", "Granian"),),
        note=ON_EVENT_LOOPS,
    ),
    Row(
        "newspaper-asgi",
        "ASGI, seven middleware, synchronous view",
        under_load,
        (NEWSPAPER_ASGI, Contestant(UVICORN, "newspaper_django:asgi", "Django")),
        ARTICLE,
        (at_least(20, "requests/s", "uvicorn + Django"),),
        note=ON_EVENT_LOOPS,
    ),
    Row(
        "newspaper-async",
        "ASGI, seven middleware, asynchronous view",
        under_load,
        (NEWSPAPER_ASGI, Contestant(UVICORN, "newspaper_starlette:asgi", "Starlette")),
        ASYNC_ARTICLE,
        (at_least(1, "requests/s", "uvicorn + Starlette"),),
        note=f"Starlette runs without middleware. {ON_EVENT_LOOPS}",
    ),
    *(
        Row(
            f"static-{name}",
            f"Static file of {title}",
            static_files.static_under_load,
            STATIC,
            static_files.ask(name),
            (at_least(factor, "requests/s", "nginx"),),
            note="nginx has sendfile and open_file_cache on.",
        )
        for name, title, factor in (("1k", "1 KB", 1.3), ("100k", "100 KB", 1), ("10m", "10 MB", 1))
    ),
    Row(
        "upload",
        "Upload of 100 MB, peak memory",
        upload,
        _with("uploads:application", OURS, GTHREAD),
        HELLO,
        (at_most(32, "peak MB over idle"),),
    ),
    Row(
        "idle",
        "10,000 idle keep-alive connections",
        idle_connections,
        IDLE,
        HELLO,
        (at_most(2048, "bytes a connection"),),
        note="nginx is there for scale.",
    ),
    Row(
        "start-up",
        "Import, `--help`, start to first response",
        start_up,
        ALONE,
        HELLO,
        (
            at_most(50, "import ms"),
            at_most(120, "--help ms"),
            at_most(400, "first response ms"),
        ),
    ),
    Row("first-response", "Start to first response", first_response, (OURS, GTHREAD, *FASTEST)),
    Row(
        "open-loop",
        "Open loop, the newspaper: p99.9 from when a request was due",
        open_loop,
        (NEWSPAPER[0], _on_django(GTHREAD), _on_django(Contestant(GRANIAN))),
        ARTICLE,
        note="Each at 30, 50, 70 and 90 % of what it does in a closed loop.",
    ),
    Row("hello-calls", "System calls, hello", system_calls, HELLO_WSGI, HELLO, rounds=1),
    Row("newspaper-calls", "System calls, newspaper", system_calls, NEWSPAPER, ARTICLE, rounds=1),
    Row(
        "hello-instructions",
        "Instructions, hello of a browser",
        instructions,
        HELLO_WSGI,
        BROWSER_HELLO,
        rounds=1,
        by_name=True,
    ),
    Row(
        "recorder-instructions",
        "Instructions, hello of a browser, with the recorder and without",
        instructions,
        _recorder("hello:application"),
        BROWSER_HELLO,
        rounds=1,
        by_name=True,
    ),
    Row(
        "newspaper-instructions",
        "Instructions, newspaper",
        instructions,
        NEWSPAPER,
        ARTICLE,
        rounds=1,
        by_name=True,
    ),
)
