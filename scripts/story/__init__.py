"""The demo story: one maker of appliances, its network and one month of work."""
