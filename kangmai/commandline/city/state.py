"""Which invented city a data folder holds, and whether it is complete."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from kangmai.kernel.connections import reading
from kangmai.kernel.errors import Conflict
from kangmai.kernel.state import find_state

STATE = "demo"


class OtherCity(Conflict):
    """This data folder holds the city {found}; you asked for {wanted}. Use another folder with --data."""

    zh = "该数据文件夹中是城市 {found}，而您要的是 {wanted}。请用 --data 另选文件夹。"


class NotADemo(Conflict):
    """This data folder holds real or other data and no invented city. Use another folder with --data."""

    zh = "该数据文件夹中有其他数据，不是演示城市。请用 --data 另选文件夹。"


class NoDemo(Conflict):
    """This data folder holds no complete invented city. Make one first: kangmai demo --data DIR."""

    zh = "该数据文件夹中没有完整的演示城市，请先运行 kangmai demo --data DIR。"


class TooSmall(Conflict):
    """No town of the city's first county has enough people for an outbreak. Make a larger city in another folder."""

    zh = "该城市首个县区没有足够人口的乡镇，无法演示疫情；请另选文件夹生成更大的城市。"


class HalfMade(Conflict):
    """The invented city {found} in this data folder is half made and its tables are not ready: run kangmai demo --city {code} --residents {residents} --seed {seed} again, which goes on where it stopped."""

    zh = "该数据文件夹中的虚构城市 {found} 尚未生成完毕，数据表未就绪；请再次运行 kangmai demo --city {code} --residents {residents} --seed {seed}，将从中断处继续。"


@dataclass(frozen=True, slots=True)
class CityOrder:
    """Which city is wanted."""

    code: str
    residents: int
    seed: int
    on: date

    def name(self) -> str:
        """The order in words."""
        return f"{self.code} with {self.residents} residents (seed {self.seed})"


def order_of(state: dict[str, Any]) -> CityOrder:
    """The order that a city was made by."""
    on = date.fromisoformat(state["on"])
    return CityOrder(state["code"], state["residents"], state["seed"], on)


def require_whole_city() -> None:
    """Let pass an installation without an invented city, or with a complete one.

    Raises:
        HalfMade
    """
    state = find_state(STATE)
    if state is not None and state["accounts"] is None:
        made = order_of(state)
        raise HalfMade(found=made.name(), code=made.code, residents=made.residents, seed=made.seed)


def require_empty() -> None:
    """Let pass an installation that holds nothing yet.

    Raises:
        NotADemo
    """
    with reading() as database:
        found = database.execute(
            "SELECT EXISTS (SELECT 1 FROM res), EXISTS (SELECT 1 FROM registry_organization)"
        ).fetchone()
    if found and any(found):
        raise NotADemo()
