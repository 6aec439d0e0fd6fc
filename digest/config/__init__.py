"""The user's YAML as typed, frozen values, one module a file kind; loading and checking it."""
