"""What the walk will be: the static plan of an application and of one request."""
