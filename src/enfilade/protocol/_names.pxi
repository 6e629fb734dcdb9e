# The methods, the fields that mean something to the connection, and a cache of field names.
# Included by _head.pyx.

from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from libc.string cimport memcmp, memcpy

cimport cython

from enfilade.protocol.fields import FIELD_NAMES, KNOWN_NAMES
from enfilade.protocol.head import METHODS
from enfilade.protocol.policy import SINGLETONS

cdef extern from *:
    """
    #define is_ready(name) __atomic_load_n(&(name)->ready, __ATOMIC_ACQUIRE)
    #define set_ready(name) __atomic_store_n(&(name)->ready, 1, __ATOMIC_RELEASE)
    """
    int is_ready(Name* name) nogil
    void set_ready(Name* name) nogil

cdef enum:
    SLOTS = 512
    PROBES = 8
    LONGEST_NAME = 48

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

cdef Word VERBS[16]
cdef int verb_count = 0
cdef Word SPECIALS[48]
cdef int special_count = 0
cdef Name NAMES[SLOTS]
cdef cython.pymutex names_lock



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


cdef int kind_of(const char* raw, unsigned int size) noexcept nogil:
    cdef int i
    for i in range(special_count):
        if SPECIALS[i].size == size and same_name(raw, SPECIALS[i].raw, size):
            return SPECIALS[i].kind
    return ORDINARY
