# Classes of characters, which the readers and writers of heads share. Included, so that each
# has them at hand as its own.

from libc.stdint cimport uint64_t
from libc.string cimport memcpy

from enfilade.protocol.grammar import TEXT, is_token

# What a character may be part of.
cdef enum:
    TOKEN = 1
    NAME = 2  # a field name; one with an underscore is left to the plain parser
    TARGET = 4
    HOST = 8
    CONTROL = 16  # not part of any text

cdef uint64_t ONES = 0x0101010101010101
cdef uint64_t HIGHS = 0x8080808080808080

cdef unsigned char CLASSES[256]
cdef unsigned char LOWER[256]


cdef int fill_classes() except -1:
    cdef int code
    for code in range(256):
        LOWER[code] = ord(chr(code).lower()) if code < 128 else code
        CLASSES[code] = classes_of(code, chr(code))
    return 0


cdef int classes_of(int code, str character) except -1:
    cdef int found = 0 if code in TEXT else CONTROL
    if is_token(character):
        found |= TOKEN if character == "_" else TOKEN | NAME
    if 0x20 < code < 0x7F and character != "#":
        found |= TARGET
    if code < 128 and (character.isalnum() or character in "-._~!$&'()*+,;="):
        found |= HOST
    return found


cdef inline bint is_a(int kind, char character) noexcept nogil:
    return CLASSES[<unsigned char>character] & kind != 0


cdef inline bint is_blank(char character) noexcept nogil:
    return character == c" " or character == c"\t"


cdef inline bint same_name(const char* one, const char* other, unsigned int size) noexcept nogil:
    """Whether they are the same but for upper and lower case."""
    cdef unsigned int i
    for i in range(size):
        if LOWER[<unsigned char>one[i]] != LOWER[<unsigned char>other[i]]:
            return False
    return True


cdef inline const char* find_control(
    const char* p, const char* end, uint64_t* high
) noexcept nogil:
    """The first control character but HTAB, or *end*; *high* collects bits beyond ASCII.

    Eight octets at once: what a subtraction borrows is a reason to look closer, no more.
    """
    cdef uint64_t word, rubout
    while end - p >= 8:
        memcpy(&word, p, 8)
        rubout = word ^ (ONES * 0x7F)
        if (((word - ONES * 0x20) & ~word) | ((rubout - ONES) & ~rubout)) & HIGHS:
            for _ in range(8):
                if is_a(CONTROL, p[0]):
                    return p
                high[0] |= <uint64_t>(<unsigned char>p[0] & 0x80)
                p += 1
        else:
            high[0] |= word & HIGHS
            p += 8
    while p < end and not is_a(CONTROL, p[0]):
        high[0] |= <uint64_t>(<unsigned char>p[0] & 0x80)
        p += 1
    return p
