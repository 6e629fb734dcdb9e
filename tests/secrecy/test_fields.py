"""What is shown of header fields, of targets and of queries."""

import pytest

from enfilade.secrecy import HIDDEN, hide_fields, hide_query, hide_target


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Basic YWRhOnMzY3JldA==", f"Basic {HIDDEN}"),
        ("authorization", "s3cret", HIDDEN),
        ("Authorization", "s3cret with words", HIDDEN),
        ("Authorization", "Digest", "Digest"),
        ("Proxy-Authorization", "Bearer s3cret", f"Bearer {HIDDEN}"),
        ("WWW-Authenticate", 'Digest nonce="s3cret"', f"Digest {HIDDEN}"),
        ("Cookie", "a=s3cret; b=2", f"a={HIDDEN}; b={HIDDEN}"),
        ("Cookie", 'a="x;s3cret=y"; b=1', f"a={HIDDEN}; b={HIDDEN}"),
        ("Cookie", "s3cret", HIDDEN),
        ("Set-Cookie", "id=s3cret; Path=/; HttpOnly; s3cret", f"id={HIDDEN}; Path=/; HttpOnly"),
        ("Set-Cookie", "s3cret", HIDDEN),
        ("X-Api-Key", "s3cret", HIDDEN),
        ("Enfilade-Trace", "s3cret", HIDDEN),
        ("Location", "/a?page=2&token=s3cret#top", f"/a?page=2&token={HIDDEN}#top"),
        ("Referer", "https://ada:s3cret@example.org/", f"https://{HIDDEN}@example.org/"),
        ("Content-Location", "/a#access_token=s3cret", f"/a#access_token={HIDDEN}"),
        ("Link", "</a?key=s3cret>; rel=next", f"</a?key={HIDDEN}>; rel=next"),
        ("Refresh", "3; url=/a?key=s3cret", f"3; url=/a?key={HIDDEN}"),
        ("X-Forwarded-For", "192.0.2.1, 198.51.100.7", "192.0.2.1, 198.51.100.7"),
        ("X-Forwarded-Proto", "https", "https"),
        ("Accept", "text/html;q=0.8, */*;q=0.1", "text/html;q=0.8, */*;q=0.1"),
        ("ETag", '"9f86d081884c7d659a2feaa0c55ad015"', '"9f86d081884c7d659a2feaa0c55ad015"'),
    ],
)
def test_a_field_is_shown_as(name, value, shown):
    assert hide_fields([(name, value)]) == ((name, shown),)


def test_fields_may_be_bytes_as_those_of_asgi():
    assert hide_fields([(b"cookie", b"a=1"), (b"host", b"x")]) == (
        ("cookie", f"a={HIDDEN}"),
        ("host", "x"),
    )


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/a/b?page=2&q=hello+world", "/a/b?page=2&q=hello+world"),
        ("/a?pass%77ord=s3cret", f"/a?pass%77ord={HIDDEN}"),
        ("/a?user[password]=s3cret;b=1", f"/a?user[password]={HIDDEN};b=1"),
        ("/a?next=%2Fb%3Ftoken%3Ds3cret", f"/a?next={HIDDEN}"),
        ("http://ada:s3cret@example.org/x", f"http://{HIDDEN}@example.org/x"),
        ("//s3cret@example.org", f"//{HIDDEN}@example.org"),
        ("/@ada/posts", "/@ada/posts"),
        ("example.org:443", "example.org:443"),
        ("*", "*"),
        ("", ""),
    ],
)
def test_a_target_is_shown_as(target, shown):
    assert hide_target(target) == shown


def test_a_query_keeps_its_names_and_what_is_empty():
    assert hide_query("a&b=&token=&&token=x") == f"a&b=&token=&&token={HIDDEN}"
