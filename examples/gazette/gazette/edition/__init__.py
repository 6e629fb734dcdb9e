"""The first edition: who writes, what they wrote, the engravings, and how they get into print."""
