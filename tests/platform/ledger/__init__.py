"""Clients outside the system that write down what they were told, so that it can be held to it afterwards."""
