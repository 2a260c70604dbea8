"""The case and its life: assignment, clearance, clocks, closure, links, messages, history."""
