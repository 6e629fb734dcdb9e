"""Steps 10 to 13, the way out: a response that leaves line by line while it is being made.

``enfilade run 03_streaming.py``, then ``curl -N http://127.0.0.1:8000/5/``.
"""

import time

from enfilade import Application, path
from enfilade.http import StreamingHttpResponse


def countdown(request, start):
    def lines():
        try:
            for number in range(start, 0, -1):
                yield f"{number} …\n"
                time.sleep(0.2)
            yield "The doors are open.\n"
        finally:
            # Runs too when the reader goes away before the end.
            print(f"The countdown from {start} is over.", flush=True)

    return StreamingHttpResponse(lines(), content_type="text/plain; charset=utf-8")


application = Application([path("<int:start>/", countdown)])
