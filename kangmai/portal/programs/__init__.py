"""Pages of the programs of institutions that use our interfaces: register, see, renew, stop."""
