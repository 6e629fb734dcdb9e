"""The newsroom: what is printed, where it is kept and how it is laid out."""
