"""What the health commission steers by: reports and commitments."""
