"""What access refuses. No message says whether a login exists or repeats a secret.

Forbidden
├── LoginRefused        ├── CodeNeeded           ├── CodeRefused
├── AccountDisabled     ├── TokenRefused         ├── SessionOver
├── RoleGuarded         ├── NotYourResident      └── ActsForNobody
Busy
└── TooManyAttempts
NotFound
├── AccountUnknown      ├── GrantUnknown         ├── GlassUnknown
├── ConsentUnknown      └── ClientUnknown
Conflict
├── LoginTaken          ├── ClientIdTaken        ├── PrefixTaken
├── RoleHeld            ├── GlassReviewed        ├── ConsentStands
├── OwnGlass            └── OneTimeCodesOff
Incorrect
├── RoleUnknown         ├── RoleNotHeldThere     ├── RoleNeedsOrganization
├── RoleNeedsResident   ├── LoginMalformed       ├── NameMissing
├── PasswordTooWeak     ├── ReasonTooShort       ├── PeriodOver
├── LifetimeWrong       ├── ScopeRefused         └── RoleOfFamily
Incorrect (RFC 6749, 5.2)
├── ClientRefused       ├── RequestMalformed     └── GrantTypeUnsupported
"""

from kangmai.kernel.errors import Busy, Conflict, Forbidden, Incorrect, NotFound


class LoginRefused(Forbidden):
    """Account or password is not right."""

    zh = "账号或密码不正确。"


class CodeNeeded(Forbidden):
    """Enter the six digits that your authenticator shows."""

    zh = "请输入动态验证码。"


class CodeRefused(Forbidden):
    """The six digits are not right, or were used before. Wait for the next ones."""

    zh = "动态验证码不正确或已使用，请等待下一组。"


class AccountDisabled(Forbidden):
    """This account is disabled. Ask your administrator."""

    zh = "该账户已停用，请联系管理员。"


class ActsForNobody(Forbidden):
    """You may not act for this resident: there is no such authority, or it has ended."""

    zh = "您没有代该居民办理的授权，或授权已结束。"


class TokenRefused(Forbidden):
    """The access token is not known, has expired, or was revoked. Ask for a new one."""

    zh = "访问令牌无效、已过期或已撤销，请重新获取。"


class SessionOver(Forbidden):
    """You were away for a while. Log in again."""

    zh = "登录已超时，请重新登录。"


class RoleGuarded(Forbidden):
    """The role “{role}” is given by an administrator of the whole city only."""

    zh = "角色“{role}”只能由全市管理员授予。"


class NotYourResident(Forbidden):
    """This is for the resident himself, or for someone who may act for him."""

    zh = "仅限居民本人或有权代办者操作。"


class TooManyAttempts(Busy):
    """Too many wrong attempts. Try again in {minutes} minutes."""

    zh = "尝试次数过多，请{minutes}分钟后再试。"


class AccountUnknown(NotFound):
    """There is no account “{account}”."""

    zh = "没有账户“{account}”。"


class GrantUnknown(NotFound):
    """There is no such role {grant} of this account in force."""

    zh = "该账户没有生效中的角色{grant}。"


class GlassUnknown(NotFound):
    """There is no emergency opening {glass}."""

    zh = "没有编号为{glass}的紧急调阅。"


class ConsentUnknown(NotFound):
    """There is no decision {consent} in force."""

    zh = "没有生效中的意愿登记{consent}。"


class ClientUnknown(NotFound):
    """There is no program “{client}”."""

    zh = "没有接入系统“{client}”。"


class LoginTaken(Conflict):
    """The account “{login}” exists already. Choose another name."""

    zh = "账号“{login}”已存在，请换一个。"


class ClientIdTaken(Conflict):
    """A program “{client}” is registered already."""

    zh = "接入系统“{client}”已登记。"


class PrefixMalformed(Incorrect):
    """A prefix of ids has at most 32 letters, digits, points and hyphens, and begins with a letter or digit."""

    zh = "资源编号前缀最多32位，限字母、数字、“.”和“-”，以字母或数字开头。"


class PrefixTaken(Conflict):
    """The id prefix “{prefix}” belongs to another program."""

    zh = "资源id前缀“{prefix}”已被其他系统使用。"


class RoleHeld(Conflict):
    """The account holds the role “{role}” there already."""

    zh = "该账户在此机构已有角色“{role}”。"


class GlassReviewed(Conflict):
    """This emergency opening was reviewed already."""

    zh = "该紧急调阅已审核。"


class OwnGlass(Conflict):
    """Nobody reviews his own emergency opening."""

    zh = "不能审核本人的紧急调阅。"


class ConsentStands(Conflict):
    """The same decision is in force already."""

    zh = "相同的意愿已在生效中。"


class OneTimeCodesOff(Conflict):
    """One-time codes were not begun for this account."""

    zh = "该账户尚未开始设置动态验证码。"


class RoleUnknown(Incorrect):
    """There is no role “{role}”. There are: {known}."""

    zh = "没有角色“{role}”。现有：{known}。"


class RoleNotHeldThere(Incorrect):
    """The role “{role}” is not held in an institution of the kind “{kind}”."""

    zh = "“{kind}”类机构不设角色“{role}”。"


class RoleNeedsOrganization(Incorrect):
    """The role “{role}” is held in an institution: name one."""

    zh = "角色“{role}”须指定机构。"


class RoleNeedsResident(Incorrect):
    """The role “{role}” needs an account that belongs to a resident, and no institution."""

    zh = "角色“{role}”须为居民账户，且不指定机构。"


class RoleOfFamily(Incorrect):
    """Nobody gives the role “{role}”: it follows from an authority recorded on the resident's page, under Family."""

    zh = "角色“{role}”不能直接授予，请在居民页“家庭与授权”中登记监护或委托关系。"


class LoginMalformed(Incorrect):
    """An account name has 2 to 64 characters: small letters, digits, . _ @ -, a letter or digit first."""

    zh = "账号为2至64位小写字母、数字或 . _ @ -，以字母或数字开头。"


class NameMissing(Incorrect):
    """A name of at most 64 characters is needed."""

    zh = "须填写姓名或名称（不超过64字）。"


class PasswordTooWeak(Incorrect):
    """This password is too easy to guess: {reasons}"""

    zh = "密码过于简单：{reasons}"


class ReasonTooShort(Incorrect):
    """Say in at least {least} characters why you must open this record now; the resident and a reviewer will read it."""

    zh = "请用至少{least}个字说明紧急调阅的原因，居民和审核人将会看到。"


class PeriodOver(Incorrect):
    """The end must be later than now."""

    zh = "结束时间须晚于现在。"


class LifetimeWrong(Incorrect):
    """A token lives between 1 and {longest} seconds; {seconds} was asked for."""

    zh = "令牌有效期应为1至{longest}秒，请求为{seconds}秒。"


class ScopeRefused(Incorrect):
    """The scope “{scope}” is refused: {reason}"""

    zh = "授权范围“{scope}”不被接受：{reason}"


class KeysUnreadable(Incorrect):
    """The public keys cannot be used: {reason}"""

    zh = "公钥无法使用：{reason}"


class ClientRefused(Incorrect):
    """The program could not be authenticated."""

    zh = "接入系统身份验证失败。"


class RequestMalformed(Incorrect):
    """The request is not correct: {reason}"""

    zh = "请求有误：{reason}"


class GrantTypeUnsupported(Incorrect):
    """The grant type “{grant_type}” is not supported; use client_credentials."""

    zh = "不支持授权类型“{grant_type}”，请使用client_credentials。"
