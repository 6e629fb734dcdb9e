"""What ``CommonMiddleware`` should leave alone."""

from enfilade.views.decorators.mark import View, marked


def no_append_slash(view: View) -> View:
    """Have ``APPEND_SLASH`` never redirect to this view."""
    return marked(view, "should_append_slash", False)
