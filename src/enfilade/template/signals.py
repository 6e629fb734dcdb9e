"""The signal by which tests learn which templates a response was made of."""

from enfilade.dispatch import Signal

template_rendered = Signal()
"""A template is about to be rendered; ``template=``, ``context=``. Sent only if somebody hears."""
