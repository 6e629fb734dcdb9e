"""What the walk will be, and was: the plan of an application and of one request, and its times.

``make_plan(handler)`` and ``explain_request(handler, method, target)`` return plain values;
``to_dict()`` gives them in the types of JSON, the command line draws them. What a request really
took is laid upon its plan by :mod:`enfilade.explain.measured`.
"""

from enfilade.explain.plan import Plan, make_plan
from enfilade.explain.request import RequestPlan, explain_request

__all__ = ["Plan", "RequestPlan", "explain_request", "make_plan"]
