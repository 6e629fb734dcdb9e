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
def read_environ(
    base: Environ,
    data: bytes,
    policy: Policy,
    address: str | None,
    port: str | None,
    body: BinaryIO,
) -> Environ | None: ...
