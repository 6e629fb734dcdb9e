"""The Enfilade Gazette: a small newspaper, and a tour of the framework it is written on."""
