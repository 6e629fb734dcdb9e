"""What the compiled builder of environ gives to the compiled engine."""

from enfilade.protocol._head cimport HeadSpans

# Exactly what build_environ gives for this head, without the trace. *base* is base_environ(...);
# *address* and *port* are str, or None on a Unix socket; *body* becomes wsgi.input.
cdef dict environ_of(
    dict base, const char* data, const HeadSpans* spans, object address, object port, object body
)
