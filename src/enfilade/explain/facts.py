"""What is known of one request before it is made; plain values, the same for text and JSON."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from enfilade.explain.entrance import Entrance
from enfilade.explain.foresight import Answer
from enfilade.explain.guards import Refusal
from enfilade.explain.hops import Hop
from enfilade.explain.plan import ErrorPage, LayerPlan
from enfilade.explain.source import Source
from enfilade.explain.view import ViewPlan
from enfilade.urls.explain import Candidate

if TYPE_CHECKING:
    from enfilade.explain.checks import Finding


@dataclass(frozen=True, slots=True)
class Line:
    """The request: its line, and where it was sent. ``query`` is without its "?"."""

    method: str
    scheme: str
    host: str
    path: str
    query: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One middleware (steps 6 and 11): is it called on the way in, and on the way out?

    ``answer`` is the answer that it gives instead of letting the request or response pass.
    """

    layer: LayerPlan
    enters: bool
    leaves: bool
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of the view; ``value`` as :func:`repr` shows it. A positional one is called
    by its number."""

    name: str
    value: str
    type: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """Step 7. ``winner`` is ``None`` if no route matches; ``others`` came nearest to it, and
    ``more`` is how many lose besides them.

    ``failure`` tells the exception of a converter, with which resolution ends.
    """

    winner: Candidate | None
    arguments: tuple[Argument, ...]
    others: tuple[Candidate, ...]
    routes: int
    more: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Landing:
    """Steps 8 to 10 at a view. ``refusal`` is the answer of a ``process_view`` hook that keeps a
    request without cookie and token from it. ``code`` is where its answer to this method is
    written, ``hop`` the one between chain and view; the hooks are in the order in which they are
    called. ``strangers`` are kept from the view by middleware, ``kept_out`` by the view itself."""

    view: ViewPlan
    accepted: bool
    refusal: Answer | None
    code: Source
    hop: Hop | None
    view_hooks: tuple[str, ...]
    template_hooks: tuple[str, ...]
    exception_hooks: tuple[str, ...]
    strangers: tuple[Refusal, ...]
    kept_out: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """What answers in the place of the view, in which case (``when``), with ``status`` (``None``
    if only its code knows). ``happens`` is "yes", "no", or "perhaps" where it is for the moment to
    say; ``setting`` is the one, or the option of the server, that asks for it."""

    step: int
    event: str
    by: str
    when: str
    status: int | None
    happens: str
    setting: str = ""
    source: Source | None = None

    def settled(self) -> "Stop":
        """The same, which happens."""
        return replace(self, happens="yes")


@dataclass(frozen=True, slots=True)
class Facts:
    """The walk of one request.

    ``resolution`` is ``None`` if the request does not come so far, ``landing`` if it reaches no
    view. ``made`` is the answer that is made innermost, ``answer`` the one that leaves the
    house after the middleware's way out. Whether there are ``occasional_hops`` is for the view.
    ``is_closed`` says that the application is of a framework that we cannot look into.
    ``entrance`` is the server's part, ``None`` where no server is known. ``stops`` are what ends
    this request early, or would end others like it, ``lints`` the mistakes on its way.
    """

    line: Line
    interface: str
    handler: str
    debug: bool
    door: str
    visits: tuple[Visit, ...]
    resolution: Resolution | None
    landing: Landing | None
    error_page: ErrorPage | None
    hops: tuple[Hop, ...]
    occasional_hops: tuple[Hop, ...]
    made: Answer
    answer: Answer
    entrance: Entrance | None = None
    stops: tuple[Stop, ...] = ()
    lints: "tuple[Finding, ...]" = ()

    is_closed: bool = False

    @property
    def ends_at_the_door(self) -> bool:
        """Whether the server answers by itself."""
        return self.entrance is not None and self.entrance.answer is not None
