"""Bodies, forms, uploads and their limits beside Django's."""

import io

import pytest
from django.core.files import uploadhandler
from django.http.multipartparser import MultiPartParser as DjangoMultiPartParser
from hypothesis import given, settings
from hypothesis import strategies as st

import enfilade.http
from enfilade.http.multipart import MultiPartParser
from enfilade.http.parts import sanitize_file_name
from enfilade.http.uploads import MemoryFileUploadHandler, SimpleUploadedFile
from oracle.pair import assert_same, environ, outcome, scope, site

FEW = settings(max_examples=60, deadline=None)

FORM = "application/x-www-form-urlencoded"


def body_request(package, body, content_type=FORM, method="POST"):
    return package.wsgi(
        environ(
            REQUEST_METHOD=method,
            CONTENT_TYPE=content_type,
            CONTENT_LENGTH=str(len(body)),
            **{"wsgi.input": io.BytesIO(body + b"the next request")},
        )
    )


def files_of(request):
    return [
        (name, type(file).__name__, file.name, file.size, file.content_type, file.read())
        for name, files in request.FILES.lists()
        for file in files
    ]


READINGS = {
    "form": lambda r: (list(r.POST.lists()), files_of(r)),
    "body": lambda r: r.body,
    "body, then form": lambda r: (r.body, list(r.POST.lists()), files_of(r)),
    "form, then body": lambda r: (list(r.POST.lists()), outcome(lambda: r.body)),
    "read, then form": lambda r: (r.read(2), list(r.POST.lists()), files_of(r)),
    "read, then body": lambda r: (r.read(2), outcome(lambda: r.body)),
    "body, then read": lambda r: (r.body, r.read(3), r.readline(), r.readlines()),
    "lines": lambda r: (r.readline(), r.readlines(), r.read()),
    "form, then read": lambda r: (list(r.POST.lists()), r.read()),
    "encoding": lambda r: (
        list(r.POST.lists()),
        setattr(r, "encoding", "iso-8859-1"),
        # An intended difference: what is there is read again.
        outcome(lambda: list(r.POST.lists())) if r.META["CONTENT_LENGTH"] != "0" else None,
    ),
    "handlers": lambda r: (
        len(r.upload_handlers),
        list(r.POST.lists()),
        outcome(setattr, r, "upload_handlers", []),
    ),
    "handlers of a form": lambda r: (
        list(r.POST.lists()),
        outcome(lambda: r.upload_handlers.append(None))
        if r.content_type.startswith("multipart")
        else None,
    ),
}


def multipart(*parts, end="--xx--\r\n"):
    return ("".join(f"--xx\r\n{part}\r\n" for part in parts) + end).encode()


def field(name, value, *more):
    lines = "".join(f"{line}\r\n" for line in more)
    return f'Content-Disposition: form-data; name="{name}"\r\n{lines}\r\n{value}'


def file(name, file_name, value, *more):
    lines = "".join(f"{line}\r\n" for line in more)
    return (
        f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        f"{lines}\r\n{value}"
    )


MULTIPART = "multipart/form-data; boundary=xx"
BODIES = {
    "form": (b"a=1&b=%C3%A9&a=2", FORM),
    "latin-1 form": (b"a=1", FORM + "; charset=iso-8859-1"),
    "empty form": (b"", FORM),
    "text": (b"one\ntwo\nthree", "text/plain"),
    "multipart": (
        multipart(field("a", "1"), field("a", "é"), file("f", "x.txt", "content")),
        MULTIPART,
    ),
    "no boundary": (b"--xx--", "multipart/form-data"),
    "bad boundary": (b"--xx--", "multipart/form-data; boundary=é"),
    "empty multipart": (b"", MULTIPART),
    "only the end": (b"--xx--\r\n", MULTIPART),
    **{
        f"boundary of {length}": (
            multipart(field("a", "1")).replace(b"--xx", b"--" + b"x" * length),
            f"multipart/form-data; boundary={'x' * length}",
        )
        for length in (1, 200, 201, 202)
    },
    "boundary with a space": (
        multipart(field("a", "1")).replace(b"--xx", b"--x y"),
        'multipart/form-data; boundary="x y"',
    ),
    "boundary with a tab": (
        multipart(field("a", "1")).replace(b"--xx", b"--x\ty"),
        'multipart/form-data; boundary="x\ty"',
    ),
}


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_bodies_are_read_alike(reading, body, method):
    assert_same(lambda package: reading(body_request(package, *body, method=method)))


BASE64 = "Content-Transfer-Encoding: base64"
FORMS = {
    "file types": multipart(
        file("f", "x.txt", "one", "Content-Type: Text/Plain; charset=utf-8"),
        file("f", "y.bin", "two"),
    ),
    "no file chosen": multipart(file("f", "", "")),
    "unusable names": multipart(file("f", "..", "x"), file("g", "a/", "y"), field("a", "1")),
    "folders": multipart(file("f", "C:\\x\\a.txt", "x"), file("g", "../etc/passwd", "y")),
    "entities and controls": multipart(file("f", "a&#47;b&amp;c\t.txt", "x")),
    "RFC 2231 name": multipart(
        "Content-Disposition: form-data; name=f; filename*=UTF-8''%E2%82%AC.txt\r\n\r\nx"
    ),
    "part without a name": multipart("Content-Disposition: form-data\r\n\r\nx", field("a", "1")),
    "part without disposition": multipart("Content-Type: text/plain\r\n\r\nx", field("a", "1")),
    "base64 field": multipart(field("a", "aMOkbGxv", BASE64)),
    "broken base64 field": multipart(field("a", "abc", BASE64)),
    "base64 file": multipart(file("f", "x", "aMOk\r\nbGxv", BASE64)),
    "broken base64 file": multipart(file("f", "x", "aMOkb", BASE64)),
    "dashes in data": multipart(field("a", "\r\n--x\r\n--xy\r\n-")),
    "empty file": multipart(file("f", "x.txt", "")),
    "long headers": multipart(field("a", "1", "X-Long: " + "x" * 2000)),
    "headers of most bytes": multipart(field("a", "1", "X: " + "x" * 974)),
    "headers of a byte more": multipart(field("a", "1", "X: " + "x" * 975)),
    "bytes that are not UTF-8": b"".join(
        (b'--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\xc3\xa9\r\n', b"--xx--")
    ),
    "broken off in a file": multipart(field("a", "1"), file("f", "x", "content"), end=""),
    "name with spaces": multipart(field("  a  ", "1")),
}


@pytest.mark.parametrize("values", [{}, {"FILE_UPLOAD_MAX_MEMORY_SIZE": 10}], ids=["ram", "disk"])
@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS)
def test_multipart_forms_are_alike(body, values):
    def question(package):
        request = body_request(package, body, MULTIPART)
        return list(request.POST.lists()), files_of(request), request.close()

    with site(**values):
        assert_same(question)


@pytest.mark.parametrize("declared", [None, 1, 10_000])
@pytest.mark.parametrize("size", [10, 1000])
def test_a_file_is_kept_in_memory_or_not_by_what_is_there(size, declared):
    body = multipart(file("f", "x", "y" * size))

    def question(parser, handlers):
        meta = {"CONTENT_TYPE": MULTIPART}
        meta |= {} if declared is None else {"CONTENT_LENGTH": str(declared)}
        chain = [handlers.MemoryFileUploadHandler(), handlers.TemporaryFileUploadHandler()]
        _, files = parser(meta, io.BytesIO(body), chain).parse()
        with files["f"] as found:
            return type(found).__name__, found.size

    with site(FILE_UPLOAD_MAX_MEMORY_SIZE=500):
        ours = question(MultiPartParser, enfilade.http.uploads)
        # Without a length, Django reads nothing: an intended difference.
        if declared is not None:
            assert ours == question(DjangoMultiPartParser, uploadhandler)
    assert ours == ("InMemoryUploadedFile" if size == 10 else "TemporaryUploadedFile", size)


LIMITS = [
    {"DATA_UPLOAD_MAX_NUMBER_FIELDS": 2},
    {"DATA_UPLOAD_MAX_NUMBER_FIELDS": 1},
    {"DATA_UPLOAD_MAX_NUMBER_FIELDS": None},
    {"DATA_UPLOAD_MAX_NUMBER_FILES": 2},
    {"DATA_UPLOAD_MAX_NUMBER_FILES": 1},
    {"DATA_UPLOAD_MAX_MEMORY_SIZE": 10},
    {"DATA_UPLOAD_MAX_MEMORY_SIZE": 9},
    {"DATA_UPLOAD_MAX_MEMORY_SIZE": None},
]


@pytest.mark.parametrize("values", LIMITS, ids=str)
def test_limits_of_multipart_forms_are_alike(values):
    body = multipart(
        field("a", "12"), field("b", "34"), file("f", "x", "0123456789"), file("f", "y", "")
    )

    def question(package):
        request = body_request(package, body, MULTIPART)
        return outcome(lambda: list(request.POST.lists())), outcome(files_of, request)

    with site(**values):
        assert_same(question)


@pytest.mark.parametrize("limit", [None, 10, 9, 8])
@pytest.mark.parametrize("declared", [9, 4, 0])
@pytest.mark.parametrize("door", ["wsgi", "asgi"])
def test_limits_of_bodies_are_alike(limit, declared, door):
    stream_limit = limit

    def question(package):
        if door == "wsgi":
            stream = {"wsgi.input": io.BytesIO(b"a=1234567")}
            request = package.wsgi(
                environ(REQUEST_METHOD="POST", CONTENT_LENGTH=str(declared), **stream)
            )
        else:
            headers = [(b"content-length", str(declared).encode())]
            request = package.asgi(scope(method="POST", headers=headers), io.BytesIO(b"a=1234567"))
        return request.body

    with site(DATA_UPLOAD_MAX_MEMORY_SIZE=stream_limit):
        assert_same(question)


class Recorder:
    """An upload handler that notes what happens; mixed into both packages' base classes."""

    def __init__(self, log, chunk_size=4, fail=None):
        super().__init__()
        self.log, self.chunk_size, self.fail = log, chunk_size, fail

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.log.append(("new", args))
        if self.fail and self.fail[0] == "new":
            raise self.fail[1]

    def receive_data_chunk(self, raw_data, start):
        self.log.append(("data", start, len(raw_data) <= self.chunk_size))
        if self.fail and self.fail[0] == "data":
            raise self.fail[1]
        return raw_data

    def file_complete(self, file_size):
        self.log.append(("complete", file_size))
        return SimpleUploadedFile("x", b"y") if getattr(self, "field_name", "") == "f" else None

    def upload_complete(self):
        self.log.append("end")

    def upload_interrupted(self):
        self.log.append("interrupted")


HANDLER_DECISIONS = [
    ("new", None),
    ("new", "SkipFile"),
    ("new", "StopUpload"),
    ("new", "StopFutureHandlers"),
    ("data", "SkipFile"),
    ("data", "StopUpload"),
]


@pytest.mark.parametrize(("moment", "failure"), HANDLER_DECISIONS)
def test_upload_handlers_are_called_alike(moment, failure):
    body = multipart(
        field("a", "1"), file("f", "x", "0123"), file("g", "y", "4567"), field("b", "")
    )
    packages = {
        "ours": (MultiPartParser, enfilade.http.uploads),
        "django": (DjangoMultiPartParser, uploadhandler),
    }

    def run(parser, module):
        log, handler = [], type("Handler", (Recorder, module.FileUploadHandler), {})
        fail = (moment, getattr(module, failure)()) if failure else None
        handlers = [handler(log, fail=fail), handler(log)]
        meta = {"CONTENT_TYPE": MULTIPART, "CONTENT_LENGTH": str(len(body))}
        post, files = parser(meta, io.BytesIO(body), handlers).parse()
        # The data may be cut elsewhere, and Django takes a skipped last file for a broken one.
        calls = [call for call in log if call[0] != "data" and call != "interrupted"]
        return calls, list(post.lists()), [(k, len(v)) for k, v in files.lists()]

    assert run(*packages["ours"]) == run(*packages["django"])


@FEW
@given(st.text(st.sampled_from("ab/\\.&;#47\t\x00é "), max_size=12))
def test_file_names_are_sanitized_alike(name):
    theirs = DjangoMultiPartParser.sanitize_file_name(None, name)
    assert sanitize_file_name(name) == theirs


@FEW
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.none() | st.just("x.txt"), st.binary(max_size=70)),
        max_size=4,
    ),
    st.integers(1, 40),
)
def test_any_multipart_form_comes_back_whole(parts, chunk_size):
    body = b""
    for name, file_name, data in parts:
        extra = f'; filename="{file_name}"' if file_name else ""
        body += f'--xx\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode()
        body += data.replace(b"--xx", b"----") + b"\r\n"
    body += b"--xx--\r\n"
    meta = {"CONTENT_TYPE": MULTIPART, "CONTENT_LENGTH": str(len(body))}

    def run(parser, handler):
        handler.chunk_size = chunk_size
        post, files = parser(meta, io.BytesIO(body), [handler], "latin-1").parse()
        found = {key: [file.read() for file in value] for key, value in files.lists()}
        return list(post.lists()), found

    ours = run(MultiPartParser, MemoryFileUploadHandler())
    assert ours == run(DjangoMultiPartParser, uploadhandler.MemoryFileUploadHandler())
