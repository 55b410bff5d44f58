"""Tests that no single module can own; run them with ``make test``."""
