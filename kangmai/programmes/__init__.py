"""SERVE. Life-cycle services; their content is data."""
