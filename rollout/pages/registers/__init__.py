"""Files in and out, documents, drafts, devices and certificates."""
