"""What is put at the end of a page's body, in whatever pieces the page comes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.profiler.doors.insertion import HELD, Insertion

BAR = b"<bar>"


def passed(*pieces: bytes) -> bytes:
    insertion = Insertion(lambda: BAR)
    return b"".join(map(insertion.feed, pieces)) + insertion.end()


ENDS = [
    b"</body></html>",
    b"</body>",
    b"</BODY >\n</HTML>\n",
    b"</body><!-- made in 3 ms --></html>",
    b"</body><script>let reload = '<p>';</script></html>\n",
    b"</body>\n</html>\n\n",
]

OTHERS = [
    b"<p>A part of a page.</p>",
    b"",
    b'<script>document.write("</body></html>")</script>',
    b"<!-- </body> -->",
    b"<body><p>cut off</bod",
    b"</bodyguard>",
    b"<body></body>" + b" " * HELD,
]


@pytest.mark.parametrize("end", ENDS)
def test_stands_before_the_end_of_the_body(end):
    assert passed(b"<body><p>News</p>" + end) == b"<body><p>News</p>" + BAR + end


@pytest.mark.parametrize("page", OTHERS)
def test_leaves_alone_what_has_no_such_end(page):
    assert passed(page) == page


def test_only_the_last_end_counts():
    page = b"<pre></body></html></pre> is how a page ends</body></html>"
    assert passed(page) == page.replace(b"ends", b"ends" + BAR)


@given(st.sampled_from(ENDS + OTHERS), st.lists(st.integers(0, 60), max_size=6))
def test_the_pieces_in_which_a_page_comes_make_no_difference(end, cuts):
    page = b"<body>News" + end
    places = sorted({0, *(cut for cut in cuts if cut < len(page)), len(page)})
    pieces = [page[a:b] for a, b in pairwise(places)]
    assert passed(*pieces) == passed(page)


@given(st.binary(), st.integers(0, 60))
def test_nothing_of_what_is_no_page_is_lost(data, cut):
    assert passed(data[:cut], data[cut:]).replace(BAR, b"") == data.replace(BAR, b"")


def test_what_can_be_no_end_is_sent_at_once():
    insertion = Insertion(lambda: BAR)
    assert insertion.feed(b"<p>one</p>") == b"<p>one</p>"
    assert insertion.feed(b"<p>two</p></b") == b"<p>two</p>"
    assert insertion.feed(b"r>") == b"</br>"


@pytest.mark.parametrize(
    "tag",
    [
        b'<meta http-equiv="Content-Security-Policy" content="style-src \'none\'">',
        b"<META content=x http-equiv=content-security-policy>",
    ],
)
@pytest.mark.parametrize("cut", [0, 9, 30])
def test_a_page_with_a_policy_of_its_own_is_left_alone(tag, cut):
    page = tag + b"<body></body>"
    assert passed(page[:cut], page[cut:]) == page


def test_a_page_about_policies_is_not():
    assert BAR in passed(b"<body>The Content-Security-Policy is a field</body>")
