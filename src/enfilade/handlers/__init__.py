"""The spine, steps 4 to 11: from the gateway's call to the response and back."""
