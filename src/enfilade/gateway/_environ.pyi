from typing import BinaryIO

from enfilade.gateway.environ import Peer
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Policy
from enfilade.trace import Trace
from enfilade.types import Environ

def build_environ(
    base: Environ,
    head: RequestHead,
    peer: Peer | None,
    body: BinaryIO,
    trace: Trace | None = None,
) -> Environ: ...

class EnvironReader:
    def __init__(self, base: Environ, policy: Policy) -> None: ...
    def read(
        self, data: bytes, address: str | None, port: str | None, body: BinaryIO
    ) -> Environ | None: ...
