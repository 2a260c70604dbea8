"""Drills on a whole site in its containers: a fault, then what clients were told is held to what is there."""
