"""Finding the application, loading it, and running it on somebody else's loop."""
