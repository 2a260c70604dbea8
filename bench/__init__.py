"""How fast the service is with many cases: measured from outside, against a stack of its own."""
