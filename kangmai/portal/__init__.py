"""DOOR. Web pages for people, in Chinese and English."""
