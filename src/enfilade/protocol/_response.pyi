from collections.abc import Iterable

from enfilade.protocol.response_head import PreparedHead

def prepare_head(status: str, headers: Iterable[tuple[str, str]]) -> PreparedHead: ...
def write_head(
    status: str,
    headers: list[tuple[str, str]],
    length: int,
    head_only: bool,
    minor: int,
    keep_alive: bool,
    date_line: bytes,
) -> bytes | None: ...
