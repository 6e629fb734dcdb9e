"""The parts of the protocol that exist twice, in the build that :mod:`enfilade.build` chose.

The compiled ones recognise what they fully understand and leave the rest to the plain ones.
"""

from enfilade.build import COMPILED

if COMPILED:
    from enfilade.protocol._chunked import ChunkedDecoder
    from enfilade.protocol._head import parse_request_head
    from enfilade.protocol._response import prepare_head
else:
    from enfilade.protocol.chunked import ChunkedDecoder
    from enfilade.protocol.head import parse_request_head
    from enfilade.protocol.response_head import prepare_head

__all__ = ["ChunkedDecoder", "parse_request_head", "prepare_head"]
