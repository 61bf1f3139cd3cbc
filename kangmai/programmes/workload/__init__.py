"""Work and pay: what was done counts so many points, a year of it is checked by sample, the fund is divided."""
