"""Entry points, settings from the environment, addresses and templating."""
