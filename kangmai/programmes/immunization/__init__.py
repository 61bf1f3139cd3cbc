"""Which doses of the national schedule a child has, lacks, may have and when."""
