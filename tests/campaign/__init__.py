"""Long runs: too slow for every change, run by `make campaign`."""
