"""Outbreaks that happen in a demonstration when somebody asks for one: source material, never a signal.

Assumptions: `definitions/commandline/invented_city/outbreaks.yaml`.
"""

from kangmai.commandline.city.outbreaks.play import Outbreak, Played, play

__all__ = ["Outbreak", "Played", "play"]
