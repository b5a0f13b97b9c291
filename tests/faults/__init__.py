"""Faults injected into stages: `make test-faults`."""
