"""One module a DVC stage: arguments and params in, files out. Run as `python -m stages.<name>`."""
