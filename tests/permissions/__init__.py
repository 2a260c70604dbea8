"""Every address, called as every kind of person."""
