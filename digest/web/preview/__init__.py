"""The preview bench: the next real editions in the browser, kept up to date while files change; changes nothing."""
