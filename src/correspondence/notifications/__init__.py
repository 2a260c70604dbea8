"""The messages that people receive, written once with the change, and their delivery."""
