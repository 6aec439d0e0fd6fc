"""The pages: for readers (sign-up, archive, leaving) and, on loopback, the preview bench."""
