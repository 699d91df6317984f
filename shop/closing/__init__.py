"""Closing an account, and removing a patient: what goes at once and what the law keeps."""
