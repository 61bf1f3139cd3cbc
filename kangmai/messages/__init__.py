"""Messages to people: an inbox by account, role or right, and the channels that lead out of the house."""
