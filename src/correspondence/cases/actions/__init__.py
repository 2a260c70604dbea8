"""The writes: one function an event, one transaction each."""
