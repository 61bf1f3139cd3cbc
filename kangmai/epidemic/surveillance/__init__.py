"""Early warning: series of counts, detectors, scans, nowcasts and what they say together. No database."""
