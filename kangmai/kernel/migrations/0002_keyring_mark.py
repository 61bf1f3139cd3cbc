"""Let the database know the keyring it was made with, so that another is refused at once."""

from django.db import migrations

ADD = "ALTER TABLE kernel_epoch ADD COLUMN keyring text"
REMOVE = "ALTER TABLE kernel_epoch DROP COLUMN keyring"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_foundations")]
    operations = [migrations.RunSQL(ADD, REMOVE)]
