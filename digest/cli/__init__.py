"""The command line: one module a command group; everything heavy is imported inside the commands."""
