"""Who may see the desk."""

from operator import attrgetter

from shop.accounts.desk_pages import only_for

# Only a pharmacist whose registration is valid today.
for_pharmacists = only_for(attrgetter("is_pharmacist"))
