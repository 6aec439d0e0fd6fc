"""Readers: personal links, signing up and leaving, import and export, erasing; sends no mail and shows no page."""
