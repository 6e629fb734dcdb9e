"""The paper for programs: JSON under /api/."""
