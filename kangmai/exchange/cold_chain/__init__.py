"""The interface by which loggers send the temperatures of cold places."""
