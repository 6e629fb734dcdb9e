"""Files sent by the server itself: which, to whom in what form, and never one outside."""
