"""Hexadecimal digits, of chunk sizes and of percent-encoded paths."""


cdef inline int digit(char c) noexcept nogil:
    """Its value, or -1."""
    if c"0" <= c <= c"9":
        return c - c"0"
    if c"a" <= c <= c"f":
        return c - c"a" + 10
    if c"A" <= c <= c"F":
        return c - c"A" + 10
    return -1
