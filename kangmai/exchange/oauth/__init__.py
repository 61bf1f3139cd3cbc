"""OAuth 2 for programs: client credentials with SMART scopes."""
