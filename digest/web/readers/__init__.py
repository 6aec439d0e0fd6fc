"""The readers' pages: editions to look at, leaving with one click; a GET never changes anything."""
