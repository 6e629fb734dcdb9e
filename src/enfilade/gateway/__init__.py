"""The door between the server and any application: PEP 3333, one file a concern."""
