"""Correspondence Tool: the application, in twelve apps that stand in one order."""
