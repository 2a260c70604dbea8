"""Bad input through the doors that everybody has: each time a clear answer, and nothing changed."""
