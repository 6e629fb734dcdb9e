from enfilade.protocol.chunked import ChunkedDecoder as ChunkedDecoder
