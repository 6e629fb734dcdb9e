"""Where values may be kept; one file for each place, named as Django names it."""
