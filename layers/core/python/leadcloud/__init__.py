"""What two or more functions of LeadCloud need; deployed as a layer."""
