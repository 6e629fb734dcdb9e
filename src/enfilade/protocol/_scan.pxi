# The head of a request, scanned without the GIL: where everything stands, and whether it is
# simple. Included by _head.pyx.

from libc.stdint cimport uint64_t
from libc.string cimport memchr, memcmp, memset

cdef enum:
    LARGEST_HEAD = 1 << 30  # spans are 32 bits wide
    WORDS = 8  # of one bit a slot



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
    while p < end and is_a(NAME, p[0]):
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
    while p < end and is_a(TARGET, p[0]):
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
    while p < end and is_a(NAME, p[0]):
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
        while p < end and is_a(HOST, p[0]):
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
