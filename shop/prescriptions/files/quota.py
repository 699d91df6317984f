"""How many files one account may send in a day of the pharmacy."""

from io import BytesIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models import F
from django.utils.datastructures import MultiValueDict

from shop import days
from shop.accounts.models import User
from shop.prescriptions.files.intake import MAX_FILES_A_DAY
from shop.prescriptions.files.uploads import OverQuotaUpload

Files = MultiValueDict[str, UploadedFile]


class FilesOfADay(models.Model):
    """The files that an account has sent on its last day of sending any."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    received = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "day"), name="files_of_a_day_once"),)

    def __str__(self) -> str:
        return f"{self.received} on {self.day}"


def within_quota(files: Files, *, by: User) -> Files:
    """The files of a request; unread ones where this person's day would hold over `MAX_FILES_A_DAY`.

    What is refused for what it is counts too: opening a hostile file costs as much as a good one.
    """
    received = sum(len(files.getlist(name)) for name in files)
    if not received or _have_room(received, by=by):
        return files
    unread: dict[str, list[UploadedFile] | None] = {
        name: [
            OverQuotaUpload(BytesIO(), file.name, size=file.size) for file in files.getlist(name)
        ]
        for name in files
    }
    return MultiValueDict(unread)


def _have_room(more: int, *, by: User) -> bool:
    """Count the files, unless that is too many; of requests at once only as many as fit."""
    today = days.at_pharmacy()
    counts = FilesOfADay.objects.filter(user=by)
    counts.filter(day__lt=today).delete()
    FilesOfADay.objects.get_or_create(user=by, day=today)
    fitting = counts.filter(day=today, received__lte=MAX_FILES_A_DAY - more)
    return fitting.update(received=F("received") + more) == 1
