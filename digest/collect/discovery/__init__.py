"""Discovery: feeds found from a site, lists of feeds, and selectors proposed for a page."""
