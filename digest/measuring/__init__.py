"""Opens and clicks as anonymous counts: signed links that are the same for all readers, what no person did; no I/O."""
