"""One module a migration, named by number; each is written once and never changed after a release."""
