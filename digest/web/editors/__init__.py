"""The editors' pages: a draft to look at, approve, hold and change; a GET never changes anything."""
