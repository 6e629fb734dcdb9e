"""Views for programs: a request that knows what its body says, answers in the form that the client
accepts, and errors as problem details (RFC 9457).
"""

from enfilade.contrib.api.parsers import FormParser, JSONParser, MultiPartParser
from enfilade.contrib.api.problems import Problem, problem_response
from enfilade.contrib.api.renderers import JSONRenderer
from enfilade.contrib.api.request import Request
from enfilade.contrib.api.response import Response
from enfilade.contrib.api.views import APIView, api_view

__all__ = [
    "APIView",
    "FormParser",
    "JSONParser",
    "JSONRenderer",
    "MultiPartParser",
    "Problem",
    "Request",
    "Response",
    "api_view",
    "problem_response",
]
