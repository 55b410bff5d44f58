"""Set-up, demo, tests and checks of the after-sales suite (standard library only)."""
