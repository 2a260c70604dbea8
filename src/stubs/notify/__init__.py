"""A stand-in for GOV.UK Notify: it speaks its protocol, remembers every message, and shows them as pages."""
