# Which requests go to the plain loop because they may be traced (server/recorder/choice.py, which
# decides then). Without the GIL, with the lock.

cdef bint spend(Budget* budget, int64_t now) noexcept nogil:
    """Whether there is one left; it is gone then."""
    budget.left += <double>(now - budget.last) * 1e-9 * budget.rate
    budget.left = min(budget.most, budget.left)
    budget.last = now
    if budget.left < 1:
        return False
    budget.left -= 1
    return True


cdef Errand choose(Core* core, Connection* c) noexcept nogil:
    """Where the request of *c* goes whose head is whole; nowhere, if that is NOTHING."""
    cdef Recording* terms = &core.recording
    if is_wanted(core, c.buffer.data, &c.buffer.spans):
        return HAND_OVER
    terms.countdown -= 1
    if terms.countdown > 0 or not spend(&terms.sampled, core.now):
        return NOTHING
    terms.countdown = draw(terms)
    return SAMPLED


cdef int64_t draw(Recording* terms) noexcept nogil:
    """How many requests from now the next one is sampled (xorshift64, Marsaglia 2003)."""
    terms.random ^= terms.random << 13
    terms.random ^= terms.random >> 7
    terms.random ^= terms.random << 17
    return 1 + <int64_t>(terms.random % <uint64_t>(2 * terms.sample - 1))


cdef bint is_wanted(Core* core, const char* data, HeadSpans* spans) noexcept nogil:
    """Whether there is a reason in the request itself."""
    cdef Recording* terms = &core.recording
    cdef Span name, parent
    cdef unsigned int i
    if terms.all:
        return True
    if terms.suspects and is_suspect(core, data, spans):
        return True
    if not (terms.asked or terms.upstream):
        return False
    for i in range(spans.count):
        name = spans.fields[i].name
        if name.size == 14:
            if terms.asked and not strncasecmp(data + name.start, "enfilade-trace", 14):
                return True
        elif name.size == 11:
            if terms.upstream and not strncasecmp(data + name.start, "traceparent", 11):
                parent = spans.fields[i].value
                return is_recorded(data, parent) and spend(&terms.called, core.now)
    return False


cdef bint is_recorded(const char* data, Span parent) noexcept nogil:
    """Whether *parent*, a ``traceparent``, has the flag that says so."""
    return parent.size >= 55 and data[parent.start + 54] in (
        b"1", b"3", b"5", b"7", b"9", b"b", b"d", b"f"
    )


cdef uint64_t kind_of(
    const char* method, size_t method_size, const char* path, size_t path_size
) noexcept nogil:
    """A number for requests of that method and path (FNV-1a, RFC 9923)."""
    cdef uint64_t kind = 0xCBF29CE484222325
    cdef size_t i
    for i in range(method_size):
        kind = (kind ^ <unsigned char>method[i]) * <uint64_t>0x100000001B3
    for i in range(path_size):
        kind = (kind ^ <unsigned char>path[i]) * <uint64_t>0x100000001B3
    return kind


cdef bint is_suspect(Core* core, const char* data, HeadSpans* spans) noexcept nogil:
    """Whether one like it was slow or failed a moment ago."""
    cdef Recording* terms = &core.recording
    cdef Suspect* suspect
    cdef int i = 0
    cdef uint64_t kind = kind_of(
        data + spans.method.start, spans.method.size, data + spans.path.start, spans.path.size
    )
    while i < terms.suspects:
        suspect = &terms.suspected[i]
        if core.now > suspect.until or not suspect.left:
            terms.suspects -= 1
            suspect[0] = terms.suspected[terms.suspects]
        elif suspect.kind == kind:
            if not spend(&terms.like, core.now):
                return False
            suspect.left -= 1
            return True
        else:
            i += 1
    return False


cdef void suspect_kind(Core* core, uint64_t kind, int64_t until, int left) noexcept nogil:
    """Suspect requests of *kind*, *left* of them, *until* then; instead of others if need be."""
    cdef Recording* terms = &core.recording
    cdef int i = 0
    while i < terms.suspects and terms.suspected[i].kind != kind:
        i += 1
    if i == SUSPECTS:
        i = <int>(kind % SUSPECTS)
    elif i == terms.suspects:
        terms.suspects += 1
    terms.suspected[i].kind, terms.suspected[i].until = kind, until
    terms.suspected[i].left = left
