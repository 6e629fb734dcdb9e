"""What the walk will be: the static plan of an application and of one request.

``make_plan(handler)`` and ``explain_request(handler, method, target)`` return plain values;
``to_dict()`` gives them in the types of JSON, the command line draws them.
"""

from enfilade.explain.plan import Plan, make_plan
from enfilade.explain.request import RequestPlan, explain_request

__all__ = ["Plan", "RequestPlan", "explain_request", "make_plan"]
