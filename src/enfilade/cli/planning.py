"""The plan of the request that a command line names, through the server and the site that it
names, or that are found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from enfilade.cli.site import aside, find_server, load_subject, told

if TYPE_CHECKING:
    from enfilade.explain.lifespan import Lifespan
    from enfilade.explain.line import Draft
    from enfilade.explain.request import RequestPlan
    from enfilade.explain.subject import Subject
    from enfilade.server.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Named:
    """What a command line says of server and site: the application, whether an ASGI server would
    call it, and options of ``enfilade run``."""

    application: str | None
    asgi: bool
    flags: Mapping[str, Any]

    def server(self) -> "Configuration":
        """The server that ``enfilade run`` would be; raises what finding it raises."""
        return find_server(self.application, self.asgi, self.flags)


@dataclass(frozen=True, slots=True)
class Planned:
    """A *plan*, of which *subject*, and of the request as the application gets it (*draft*), within
    which *lifespan*."""

    plan: "RequestPlan"
    subject: "Subject"
    lifespan: "Lifespan"
    draft: "Draft"
    reference: str


def plan_request(
    server: "Configuration", asgi: bool, given: "Draft", candidates: int | None
) -> Planned:
    """The plan of the whole walk of *given*, through *server* and the site behind it."""
    return plan_within(server, load_subject(server.options.application, asgi), given, candidates)


def plan_within(
    server: "Configuration",
    loaded: "tuple[Any, Subject]",
    given: "Draft",
    candidates: int | None = None,
) -> Planned:
    """The same of what was *loaded* already."""
    from enfilade.explain.admission import admit
    from enfilade.explain.entrance import Reception
    from enfilade.explain.lifespan import Lifespan
    from enfilade.explain.subject import called

    reference, (application, subject) = server.options.application, loaded
    given = subject.complete(given)
    reception = Reception(server, application, subject.interface)
    reception.check()
    draft = reception.introduce(given)
    with aside(), told(reference):  # routes are imported when they are asked for
        found = subject.explain(draft, candidates)
    plan = admit(found, reception.receive(given))
    lifespan = Lifespan(called(application, subject), server.options.boot_timeout)
    return Planned(plan, subject, lifespan, draft, reference)
