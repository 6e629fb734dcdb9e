"""The head of a simple request, read at the speed of C.

It recognises what it fully understands, and declines everything else to the plain parser
(:mod:`enfilade.protocol.head`): faults, so that what is refused, and why, stands in one place,
and the unusual. Of what it accepts it makes exactly what the plain parser would make, and its
tables are filled from the plain parser's own.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.ref cimport Py_INCREF
from cpython.unicode cimport PyUnicode_DecodeLatin1
from libc.stdint cimport uint64_t
from libc.string cimport memchr, memcmp, memcpy, memset

cimport cython

from enfilade.protocol.fields import FIELD_NAMES, KNOWN_NAMES
from enfilade.protocol.framing import HTTP_1_0, HTTP_1_1
from enfilade.protocol.grammar import is_token
from enfilade.protocol.head import METHODS, RequestHead
from enfilade.protocol.head import parse_request_head as parse_plainly
from enfilade.protocol.policy import SINGLETONS

cdef extern from *:
    """
    #define is_ready(name) __atomic_load_n(&(name)->ready, __ATOMIC_ACQUIRE)
    #define set_ready(name) __atomic_store_n(&(name)->ready, 1, __ATOMIC_RELEASE)
    """
    int is_ready(Name* name) nogil
    void set_ready(Name* name) nogil

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 largest)
    void* PyUnicode_DATA(object text)

cdef enum:
    LARGEST_HEAD = 1 << 30  # spans are 32 bits wide
    SLOTS = 512
    WORDS = 8  # of one bit a slot
    PROBES = 8
    LONGEST_NAME = 48

# What a character may be part of.
cdef enum:
    NAME = 1  # a field name; an underscore is left to the plain parser
    TARGET = 2
    HOST = 4
    CONTROL = 8  # not HTAB

# What is special about a field.
cdef enum:
    ORDINARY = 0
    HOST_FIELD
    LENGTH_FIELD
    CONNECTION_FIELD
    COOKIE_FIELD
    SINGLE_FIELD
    DECLINED_FIELD

cdef struct Word:
    # A method, or the name of a special field in lower case.
    unsigned int size
    int kind
    PyObject* text
    char raw[32]

cdef uint64_t ONES = 0x0101010101010101
cdef uint64_t HIGHS = 0x8080808080808080

cdef unsigned char CLASSES[256]
cdef unsigned char LOWER[256]
cdef Word VERBS[16]
cdef int verb_count = 0
cdef Word SPECIALS[48]
cdef int special_count = 0
cdef Name NAMES[SLOTS]
cdef cython.pymutex names_lock


# Tables --------------------------------------------------------------------------------------


cdef int fill_tables() except -1:
    cdef int code
    cdef str character
    for code in range(256):
        character = chr(code)
        LOWER[code] = ord(character.lower()) if code < 128 else code
        CLASSES[code] = (
            (NAME if is_token(character) and character != "_" else 0)
            | (TARGET if 0x20 < code < 0x7F and character != "#" else 0)
            | (HOST if code < 128 and (character.isalnum() or character in "-._~!$&'()*+,;=") else 0)
            | (CONTROL if (code < 0x20 and code != 9) or code == 0x7F else 0)
        )
    return 0


cdef int fill_word(Word* word, str text, int kind) except -1:
    raw = text.encode("ascii")
    word.size = len(raw)
    if word.size >= sizeof(word.raw):
        raise ValueError(text)
    memcpy(word.raw, <const char*>raw, word.size)
    word.kind = kind
    Py_INCREF(text)
    word.text = <PyObject*>text
    return 0


cdef int fill_words() except -1:
    global verb_count, special_count
    kinds = dict.fromkeys(SINGLETONS, SINGLE_FIELD) | {
        "host": HOST_FIELD,
        "content-length": LENGTH_FIELD,
        "connection": CONNECTION_FIELD,
        "cookie": COOKIE_FIELD,
        "transfer-encoding": DECLINED_FIELD,
        "expect": DECLINED_FIELD,
    }
    if len(METHODS) > 16 or len(kinds) > 48:
        raise ValueError("a table is too small")
    for verb_count, method in enumerate(sorted(METHODS, key=len), 1):
        fill_word(&VERBS[verb_count - 1], method, 0)
    for special_count, (name, kind) in enumerate(kinds.items(), 1):
        fill_word(&SPECIALS[special_count - 1], name, kind)
    return 0


cdef inline unsigned int slot_of(const char* raw, unsigned int size) noexcept nogil:
    """The same for all spellings of a name."""
    cdef unsigned int first = LOWER[<unsigned char>raw[0]]
    cdef unsigned int middle = LOWER[<unsigned char>raw[size >> 1]]
    cdef unsigned int late = LOWER[<unsigned char>raw[size - 2 if size > 1 else 0]]
    cdef unsigned int last = LOWER[<unsigned char>raw[size - 1]]
    return (size * 31 + first * 7 + middle * 61 + late * 131 + last * 17) & (SLOTS - 1)


cdef inline Name* find_name(const char* raw, unsigned int size, unsigned int slot) noexcept nogil:
    cdef Name* name
    cdef int probe
    for probe in range(PROBES):
        name = &NAMES[(slot + probe) & (SLOTS - 1)]
        if not is_ready(name):
            return NULL
        if name.size == size and memcmp(name.raw, raw, size) == 0:
            return name
    return NULL


cdef int remember(const char* raw, unsigned int size, str lower) except -1:
    """Keep a name for good, if there is room near its slot: strangers cannot make it grow."""
    cdef Name* name
    cdef int probe
    cdef unsigned int slot = slot_of(raw, size)
    if size > LONGEST_NAME:
        return 0
    with names_lock:
        for probe in range(PROBES):
            name = &NAMES[(slot + probe) & (SLOTS - 1)]
            if not is_ready(name):
                name.size = size
                name.kind = kind_of(raw, size)
                memcpy(name.raw, raw, size)
                Py_INCREF(lower)
                name.lower = <PyObject*>lower
                name.key = NULL
                set_ready(name)
                break
            if name.size == size and memcmp(name.raw, raw, size) == 0:
                break
    return 0


cdef int fill_names() except -1:
    for spelling in (KNOWN_NAMES + KNOWN_NAMES.lower()).split():
        raw = spelling.encode("ascii")
        remember(raw, len(raw), FIELD_NAMES[spelling])
    return 0


cdef inline bint same_name(const char* one, const char* other, unsigned int size) noexcept nogil:
    cdef unsigned int i
    for i in range(size):
        if LOWER[<unsigned char>one[i]] != LOWER[<unsigned char>other[i]]:
            return False
    return True


cdef int kind_of(const char* raw, unsigned int size) noexcept nogil:
    cdef int i
    for i in range(special_count):
        if SPECIALS[i].size == size and same_name(raw, SPECIALS[i].raw, size):
            return SPECIALS[i].kind
    return ORDINARY


cdef void set_limits(Limits* limits, object policy) except *:
    limits.line = policy.line
    limits.field = policy.field
    limits.fields = policy.fields
    limits.head = policy.head
    limits.body = policy.body
    limits.refuse_underscores = policy.refuse_underscores


# Scanning, without the GIL -------------------------------------------------------------------


cdef inline const char* find_control(
    const char* p, const char* end, uint64_t* high
) noexcept nogil:
    """The first control character but HTAB, or *end*; *high* collects bits beyond ASCII."""
    cdef uint64_t word, rubout
    cdef int i
    while end - p >= 8:
        memcpy(&word, p, 8)
        rubout = word ^ (ONES * 0x7F)
        if (((word - ONES * 0x20) & ~word) | ((rubout - ONES) & ~rubout)) & HIGHS:
            for i in range(8):
                if CLASSES[<unsigned char>p[i]] & CONTROL:
                    return p + i
                high[0] |= <uint64_t>(<unsigned char>p[i] & 0x80)
        else:
            high[0] |= word & HIGHS
        p += 8
    while p < end:
        if CLASSES[<unsigned char>p[0]] & CONTROL:
            return p
        high[0] |= <uint64_t>(<unsigned char>p[0] & 0x80)
        p += 1
    return end


cdef bint has_end(const char* data, size_t size, size_t start) noexcept nogil:
    """Whether an empty line ends after *start*."""
    cdef const char* p = data + start
    cdef const char* end = data + size
    while end - p >= 4:
        p = <const char*>memchr(p, c"\r", end - p - 3)
        if p == NULL:
            return False
        if memcmp(p, <const char*>b"\r\n\r\n", 4) == 0:
            return True
        p += 1
    return False


cdef int wait_for_more(
    const char* data, size_t size, size_t scanned, const Limits* limits
) noexcept nogil:
    """0, or -1 if what is here can no longer be mended, so that nobody waits for a deadline."""
    if size >= LARGEST_HEAD or 0 < limits.head < size:
        return -1
    if not octets_are_good(data, data + size, data + scanned):
        return -1
    if not lines_are_short(data, data + size, data + scanned, limits):
        return -1
    return 0


cdef bint octets_are_good(const char* data, const char* end, const char* p) noexcept nogil:
    """Whether from *p* on every control character is part of a CRLF, or a CR at the very end."""
    cdef uint64_t high = 0
    if p > data and (p - 1)[0] == c"\r":
        p -= 1
    while True:
        p = find_control(p, end, &high)
        if p == end:
            return True
        if p[0] != c"\r":
            return False
        if p + 1 == end:
            return True
        if p[1] != c"\n":
            return False
        p += 2


cdef bint lines_are_short(
    const char* data, const char* end, const char* p, const Limits* limits
) noexcept nogil:
    """Whether the line in which *p* stands, and those after it, keep to their limits."""
    cdef size_t limit
    cdef const char* line_end
    while p > data and (p - 1)[0] != c"\n":
        p -= 1
    while True:
        limit = limits.field if p > data else limits.line
        line_end = <const char*>memchr(p, c"\n", end - p) if p < end else NULL
        if limit and line_size(p, line_end if line_end != NULL else end) > limit:
            return False
        if line_end == NULL:
            return True
        p = line_end + 1


cdef inline size_t line_size(const char* start, const char* end) noexcept nogil:
    return end - start - (end > start and (end - 1)[0] == c"\r")


cdef inline Span span(const char* data, const char* start, const char* end) noexcept nogil:
    cdef Span found
    found.start = <unsigned int>(start - data)
    found.size = <unsigned int>(end - start)
    return found


cdef const char* scan_request_line(
    const char* data, const char* end, const Limits* limits, HeadSpans* spans, bint* declined
) noexcept nogil:
    """Where the fields begin; NULL if the line is not all here, or *declined*."""
    cdef const char* p = data
    cdef const char* start
    cdef const char* mark
    while p < end and CLASSES[<unsigned char>p[0]] & NAME:
        p += 1
    if p == end:
        return NULL
    spans.method = span(data, data, p)
    spans.verb = verb_of(data, spans.method.size)
    declined[0] = True
    if spans.verb < 0 or p[0] != c" ":
        return NULL
    p += 1
    start = p
    while p < end and CLASSES[<unsigned char>p[0]] & TARGET:
        p += 1
    if start < end and start[0] != c"/":
        return NULL
    if memcmp(p, <const char*>b" HTTP/1.", min(end - p, 8)) != 0:
        return NULL
    if end - p < 11:
        declined[0] = False
        return NULL
    if memcmp(p + 9, <const char*>b"\r\n", 2) != 0:
        return NULL
    if p[8] != c"1" and p[8] != c"0" or 0 < limits.line < <size_t>(p + 9 - data):
        return NULL
    declined[0] = False
    spans.minor = p[8] - c"0"
    spans.target = span(data, start, p)
    mark = <const char*>memchr(start, c"?", p - start)
    spans.path = span(data, start, mark if mark != NULL else p)
    spans.query = span(data, mark + 1 if mark != NULL else p, p)
    spans.encoded_path = memchr(start, c"%", spans.path.size) != NULL
    return p + 11


cdef inline int verb_of(const char* data, unsigned int size) noexcept nogil:
    cdef int i
    for i in range(verb_count):
        if VERBS[i].size == size and memcmp(VERBS[i].raw, data, size) == 0:
            return i
    return -1


cdef int scan_head(
    const char* data, size_t size, size_t scanned, const Limits* limits, HeadSpans* spans
) noexcept nogil:
    cdef bint declined = False
    cdef const char* p
    cdef const char* end
    size = min(size, <size_t>LARGEST_HEAD)
    scanned = min(scanned, size)
    if scanned > 3 and not has_end(data, size, scanned - 3):
        return wait_for_more(data, size, scanned, limits)
    end = data + size
    p = scan_request_line(data, end, limits, spans, &declined)
    if p != NULL:
        p = scan_fields(data, p, end, limits, spans, &declined)
    if declined:
        return -1
    if p == NULL:
        return wait_for_more(data, size, scanned, limits)
    spans.size = <unsigned int>(p - data)
    if 0 < limits.head < spans.size or (spans.host < 0 and spans.minor):
        return -1
    return <int>spans.size


cdef const char* scan_fields(
    const char* data, const char* p, const char* end, const Limits* limits, HeadSpans* spans,
    bint* declined,
) noexcept nogil:
    """Where the head ends; NULL if it is not all here, or *declined*."""
    cdef uint64_t seen[WORDS]
    cdef uint64_t high = 0
    cdef FieldSpan* field
    memset(seen, 0, sizeof(seen))
    spans.count = 0
    spans.host = -1
    spans.keep_alive = spans.minor == 1
    spans.content_length = -1
    while end - p >= 2 and not (p[0] == c"\r" and p[1] == c"\n"):
        if spans.count == FIELDS or 0 < limits.fields <= spans.count:
            declined[0] = True
            return NULL
        field = &spans.fields[spans.count]
        p = scan_field(data, p, end, limits, field, &high, declined)
        if p == NULL:
            return NULL
        if not note_field(data, field, limits, spans, seen):
            declined[0] = True
            return NULL
        spans.count += 1
    spans.ascii = high == 0
    return p + 2 if end - p >= 2 else NULL


cdef inline const char* scan_field(
    const char* data, const char* start, const char* end, const Limits* limits,
    FieldSpan* field, uint64_t* high, bint* declined,
) noexcept nogil:
    """Where the next line begins; NULL if this one is not all here, or *declined*."""
    cdef const char* p = start
    cdef const char* value
    cdef const char* line_end
    while p < end and CLASSES[<unsigned char>p[0]] & NAME:
        p += 1
    if p == end:
        return NULL
    declined[0] = True
    if p == start or p[0] != c":":
        return NULL
    field.name = span(data, start, p)
    value = p + 1
    line_end = p = find_control(value, end, high)
    if end - p < 2:
        declined[0] = p < end and p[0] != c"\r"
        return NULL
    if p[0] != c"\r" or p[1] != c"\n" or 0 < limits.field < <size_t>(p - start):
        return NULL
    declined[0] = False
    while value < p and is_blank(value[0]):
        value += 1
    while p > value and is_blank((p - 1)[0]):
        p -= 1
    field.value = span(data, value, p)
    return line_end + 2


cdef inline bint is_blank(char character) noexcept nogil:
    return character == c" " or character == c"\t"


cdef inline bint note_field(
    const char* data, FieldSpan* field, const Limits* limits, HeadSpans* spans, uint64_t* seen
) noexcept nogil:
    """Take down what the field means for the connection; false to decline the head."""
    cdef const char* raw = data + field.name.start
    cdef unsigned int size = field.name.size
    cdef unsigned int slot = slot_of(raw, size)
    cdef int kind
    field.known = find_name(raw, size, slot)
    kind = field.known.kind if field.known != NULL else kind_of(raw, size)
    field.repeats = bool(seen[slot >> 6] >> (slot & 63) & 1) and is_repeated(data, field, spans)
    seen[slot >> 6] |= <uint64_t>1 << (slot & 63)
    if kind == ORDINARY or kind == COOKIE_FIELD:
        return True
    if kind == DECLINED_FIELD or field.repeats:
        return False
    return kind == SINGLE_FIELD or note_special(data, kind, field.value, limits, spans)


cdef bint is_repeated(
    const char* data, const FieldSpan* field, const HeadSpans* spans
) noexcept nogil:
    cdef unsigned int i
    cdef Span name
    for i in range(spans.count):
        name = spans.fields[i].name
        if name.size == field.name.size and same_name(
            data + name.start, data + field.name.start, name.size
        ):
            return True
    return False


cdef bint note_special(
    const char* data, int kind, Span value, const Limits* limits, HeadSpans* spans
) noexcept nogil:
    cdef const char* text = data + value.start
    if kind == HOST_FIELD:
        spans.host = spans.count
        return is_authority(text, text + value.size)
    if kind == LENGTH_FIELD:
        spans.content_length = length_of(text, value.size)
        return spans.content_length >= 0 and not (
            0 < limits.body < <size_t>spans.content_length
        )
    spans.keep_alive = keeps_alive(text, text + value.size, spans.minor)
    return True


cdef bint is_authority(const char* p, const char* end) noexcept nogil:
    """Whether this is a host with an optional port; one with a percent sign is left alone."""
    cdef const char* start = p
    cdef int port = 0
    if p < end and p[0] == c"[":
        p += 1
        while p < end and (is_hexadecimal(p[0]) or p[0] == c":" or p[0] == c"."):
            p += 1
        if p - start < 2 or p == end or p[0] != c"]":
            return False
        p += 1
    else:
        while p < end and CLASSES[<unsigned char>p[0]] & HOST:
            p += 1
    if p == start or (p < end and p[0] != c":") or end - p > 6:
        return False
    p += 1
    while p < end:
        if not c"0" <= p[0] <= c"9":
            return False
        port = port * 10 + p[0] - c"0"
        p += 1
    return port < 65536


cdef inline bint is_hexadecimal(char c) noexcept nogil:
    return c"0" <= c <= c"9" or c"a" <= c <= c"f" or c"A" <= c <= c"F"


cdef long long length_of(const char* text, unsigned int size) noexcept nogil:
    """``1*DIGIT`` below ten to the eighteenth, or -1."""
    cdef long long length = 0
    cdef unsigned int i
    if not 0 < size <= 18:
        return -1
    for i in range(size):
        if not c"0" <= text[i] <= c"9":
            return -1
        length = length * 10 + text[i] - c"0"
    return length


cdef bint keeps_alive(const char* p, const char* end, int minor) noexcept nogil:
    cdef const char* comma
    cdef const char* last
    cdef bint asked = minor == 1
    while p <= end:
        comma = <const char*>memchr(p, c",", end - p)
        if comma == NULL:
            comma = end
        last = comma
        while p < last and is_blank(p[0]):
            p += 1
        while last > p and is_blank((last - 1)[0]):
            last -= 1
        if last - p == 5 and same_name(p, b"close", 5):
            return False
        if last - p == 10 and same_name(p, b"keep-alive", 10):
            asked = True
        p = comma + 1
    return asked


# Objects, under the GIL ----------------------------------------------------------------------


cdef object text_of(const char* data, Span span, bint ascii):
    cdef object text
    if ascii:
        text = PyUnicode_New(span.size, 127)
        if span.size:  # the empty one is shared
            memcpy(PyUnicode_DATA(text), data + span.start, span.size)
        return text
    return PyUnicode_DecodeLatin1(data + span.start, span.size, NULL)


cdef object method_of(const HeadSpans* spans):
    return <object>VERBS[spans.verb].text


cdef str name_of(const char* data, const FieldSpan* field):
    """The name in lower case, which is remembered."""
    cdef str lower
    if field.known != NULL:
        return <str>field.known.lower
    lower = FIELD_NAMES[text_of(data, field.name, True)]
    remember(data + field.name.start, field.name.size, lower)
    return lower


cdef object head_of(const char* data, const HeadSpans* spans):
    cdef list headers = []
    cdef dict fields = {}
    cdef const FieldSpan* field
    cdef unsigned int i
    for i in range(spans.count):
        field = &spans.fields[i]
        name = name_of(data, field)
        value = text_of(data, field.value, spans.ascii)
        headers.append((name, value))
        if field.repeats:
            value = fields[name] + ("; " if name == "cookie" else ",") + value
        fields[name] = value
    target = text_of(data, spans.target, True)
    whole = spans.path.size == spans.target.size
    return RequestHead(
        method_of(spans),
        target,
        target if whole else text_of(data, spans.path, True),
        text_of(data, spans.query, True),
        HTTP_1_1 if spans.minor else HTTP_1_0,
        headers,
        fields,
        fields["host"] if spans.host >= 0 else "",
        spans.content_length if spans.content_length >= 0 else None,
        False,
        spans.keep_alive,
        False,
    )


def parse_request_head(data, policy):
    """Parse *data*, a complete head, as :func:`enfilade.protocol.head.parse_request_head` does."""
    cdef Py_buffer view
    cdef Limits limits
    cdef HeadSpans spans
    set_limits(&limits, policy)
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    try:
        if scan_head(<const char*>view.buf, view.len, 0, &limits, &spans) == view.len:
            return head_of(<const char*>view.buf, &spans)
    finally:
        PyBuffer_Release(&view)
    return parse_plainly(data, policy)


def scan(data, policy, size_t scanned=0):
    """What ``scan_head`` says about *data*: a size, 0 or -1."""
    cdef Limits limits
    cdef HeadSpans spans
    cdef bytes octets = bytes(data)
    set_limits(&limits, policy)
    return scan_head(octets, len(octets), scanned, &limits, &spans)


fill_tables()
fill_words()
fill_names()
