"""What can be proven of the platform without a container."""
