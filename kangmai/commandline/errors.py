"""What an operator may get wrong about where the data is."""

from kangmai.kernel.errors import Incorrect


class TwoDatabases(Incorrect):
    """Both --data and DATABASE_URL are given. Give one: --data for the embedded database, DATABASE_URL for a server of your own."""

    zh = "同时给出了 --data 和 DATABASE_URL，请只保留一个：--data 用于内置数据库，DATABASE_URL 用于自有服务器。"


class NoDatabase(Incorrect):
    """No database is named. Add --data DIR (embedded database in that folder) or set DATABASE_URL."""

    zh = "没有指定数据库。请加 --data DIR（内置数据库所在文件夹）或设置 DATABASE_URL。"


class KeysNotNamed(Incorrect):
    """With DATABASE_URL the keyring's file must be named too: set KANGMAI_KEYS."""

    zh = "使用 DATABASE_URL 时还须用 KANGMAI_KEYS 指明密钥文件。"
