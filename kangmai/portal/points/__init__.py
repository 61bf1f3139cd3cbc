"""Pages of the register of service points: lists with figures by county, one point, entering, inspecting, mending."""
