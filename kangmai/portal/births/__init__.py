"""Pages of births: certificates, numbered blanks, the errands that follow, and what parents see."""
