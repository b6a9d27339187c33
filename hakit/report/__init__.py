"""What a drill saw, as a record that can be kept, and what is made of it: numbers, JUnit, a page, a comparison."""
