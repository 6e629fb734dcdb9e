"""The pages, each made of what the source tells at that moment."""

import json

from enfilade.profiler.chain_picture import draw_chain
from enfilade.profiler.one_request import portray
from enfilade.profiler.page import Page, make_download
from enfilade.profiler.selection import CLASSES, REASONS, Selection, has_failed
from enfilade.profiler.summaries import (
    buckets,
    by_route,
    faults,
    quantile,
    slowest,
    summarize,
    totals_by_class,
)
from enfilade.profiler.visit import Visit
from enfilade.trace.perfetto import trace_events

FEW = 6
"""Requests in a list of the overview."""

QUANTILES = (0.5, 0.95, 0.99)


def overview(visit: Visit) -> Page:
    """How the server fares, and which requests of late to look at."""
    histograms = visit.server.get("histograms") or {}
    took = histograms.get("took", [])
    return visit.page(
        "overview",
        classes=totals_by_class(visit.server),
        took=buckets(took),
        quantiles=[(share, quantile(took, share)) for share in QUANTILES],
        slowest=slowest(visit.entries, FEW),
        failed=[entry for entry in visit.entries if has_failed(entry)][:FEW],
        reasons=REASONS,
        kept_for={why: sum(why in entry.why for entry in visit.entries) for why in REASONS},
    )


def requests(visit: Visit) -> Page:
    """All that are kept, or those that are asked for; with a script they come in by themselves."""
    selection = Selection.read(visit.query)
    chosen = [entry for entry in visit.entries if selection.allows(entry)]
    return visit.page(
        "requests", selection=selection, entries=chosen, classes=CLASSES, reasons=REASONS
    )


def request(visit: Visit, span: str) -> Page:
    """Everything about one."""
    entry = visit.source.entry(span)
    if entry is None:
        return unknown_request(visit, span)
    portrait = portray(entry, visit.entries, visit.source.site)
    return visit.page("request", portrait=portrait, entry=entry, reasons=REASONS)


def download(visit: Visit, span: str, kind: str) -> Page:
    """One request as a file, of the *kind* that its name ends in."""
    entry = visit.source.entry(span)
    if entry is None:
        return unknown_request(visit, span)
    said = entry.to_dict() if kind == ".json" else {"traceEvents": trace_events([entry])}
    data = json.dumps(said, indent=1).encode()
    return make_download(data, f"request-{span}{kind}")


def routes(visit: Visit) -> Page:
    """All routes of the site, or as many as are known, with how their requests fared."""
    site, recorded = visit.source.site, by_route(visit.entries)
    plan = site.plan() if site else None
    known = {route.route or "/" for route in plan.routes} if plan else set()
    return visit.page(
        "routes",
        routes=plan.routes if plan else None,
        shadows=site.shadows() if site else {},
        recorded_by_route=recorded,
        strangers={route: each for route, each in recorded.items() if route not in known},
        nothing=summarize(()),
    )


def chain(visit: Visit) -> Page:
    """The middleware as a picture."""
    site = visit.source.site
    if site is None:
        return visit.page("chain", plan=None, picture=None)
    plan = site.plan()
    detailed = visit.source.entries(details=True) or []
    return visit.page("chain", plan=plan, picture=draw_chain(plan, detailed))


def workers(visit: Visit) -> Page:
    """The workers, and what their threads do at this moment."""
    return visit.page("workers")


def errors(visit: Visit) -> Page:
    """What has failed, by how and where."""
    return visit.page("errors", faults=faults(visit.entries))


def unknown_request(visit: Visit, span: str) -> Page:
    """A request that is not kept."""
    return visit.page("unknown_request", status=404, span=span)


def nowhere(visit: Visit) -> Page:
    """No page."""
    return visit.page("nowhere", status=404, path=f"{visit.root}{visit.path}")
