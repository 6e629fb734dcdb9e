"""The plan of a request to a Django site, in the terms of our own plans.

Its chain is the one that the handler runs on, as :mod:`enfilade.foreign.django` has seen it being
built. Nothing of the site is executed but the converters of its patterns.
"""
