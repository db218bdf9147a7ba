"""What a lesson made and what to try on it in, a panel of buttons that answers out."""
