"""The demonstration data: what is known of a day in Bangalore in 2018, as files, pictures and one action."""
