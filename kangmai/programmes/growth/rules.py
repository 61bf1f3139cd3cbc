"""What growth decides: z-scores, classes, lines crossed, curves. The door of this folder."""

from kangmai.programmes.growth.curves import curves
from kangmai.programmes.growth.portable import portable_standard
from kangmai.programmes.growth.rulebook import standard
from kangmai.programmes.growth.scores import classes, is_class, lines_down, scores

__all__ = ["classes", "curves", "is_class", "lines_down", "portable_standard", "scores", "standard"]
