"""Clinical content: files checked, kept as versions, shown with their sources."""
