"""What surrounds the pictures: actions, menus, bars, banners, icons, colours."""
