"""What makes a mail without a status report a bounce: who sent it, how it is titled, what it says.

One sign alone is never enough: people write "undeliverable" in subjects, and mail systems send
greetings. Two of the three must agree.
"""

import re

from digest.deliver.feedback.mime import Part
from digest.deliver.feedback.wordings import Reason, reasons

_DAEMON = re.compile(
    r"mailer[-_ ]?daemon|mail[-_ ]?daemon|\bpost[-_ ]?master|poostmaster|mail deliver\w*|"
    r"delivery (?:sub)?system|"
    r"mail administrator|mail (?:delivery )?(?:sub)?system|system administrator|(?:content|"
    r"mail)[- ]?filter|"
    r"(?:e-?mail|message|delivery) (?:delivery )?(?:service|agent|failure|notification)|mmdf|<>|"
    r"bounce|non-?deliver|undeliver|microsoft (?:outlook|exchange)|mail router|returned mail|"
    r"mdaemon|\bndrs?\b|mail ?(?:gateway|server|sweeper|scanner)|anti-?virus|inter ?scan|\bimss\b|"
    r"message transfer|邮件系统|郵件系統|メール(?:配信|システム)|"
    r"administrateur|почтов\w+ (?:систем|служб)|"
    r"mail-?admin|smtp[- ]?gateway",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver(?:able|ed)|un-?deliverable|fail(?:ed|ure).{0,25}(?:deliver|notice|"
    r"notification|mail)|returned? (?:mail|to sender|message|e-?mail)|"
    r"deliver\w* (?:\w+ ){0,3}(?:failed|failure|error|problem|notification|status|report|"
    r"delayed|incomplete|has)|"
    r"(?:delivery|non-?delivery|nondeliverable|bounce) (?:status|failure|notification|"
    r"report|error|notice)|non-?delivery|"
    r"mail (?:delivery|system|failure|error|could|not)|(?:message|mail|e-?mail|"
    r"recipient) (?:\w+ ){0,4}(?:failed|failure|rejected|refused|bounced|delayed|blocked)|"
    r"(?:can|could|was|is) ?(?:not|n't)(?: be)? (?:delivered|sent)|unable to deliver|"
    r"user unknown|unknown user|failure notice|"
    r"warning: (?:could not|message)|delayed mail|postmaster notify|(?:not|wasn't|"
    r"couldn't be) delivered|bounce[ds]?\b|"
    r"unzustellbar|nicht zugestellt|zustell(?:ung|fehler)|nachricht.{0,30}(?:fehl|nicht)|"
    r"mail-?fehler|"
    r"non (?:remis|d[ée]livr|distribu)|[ée]chec (?:de|d')|avis de non|"
    r"impossible de (?:remettre|distribuer)|"
    r"no (?:se )?(?:entregad|pud|ha podido)|no entrega|devuelto|rechazado|"
    r"fallo en la entrega|error de entrega|"
    r"n[ãa]o (?:entregue|foi)|falha na entrega|devolvid|mancata consegna|non recapitabil|"
    r"impossibile (?:recapitare|consegnare)|mancato recapito|"
    r"onbestelbaar|niet (?:bezorgd|afgeleverd)|niedostarczon|nie (?:dostarczono|"
    r"mo[żz]na dostarczyć)|zwrot|olevererad|kunde inte levereras|kunne ikke leveres|"
    r"toimittamat|nedoru[čc]|k[ée]zbes[ií]thetetlen|nelivr|teslim edilemedi|iletilemedi|"
    r"не ?доставлен|недоставлен|невозможно доставить|возвращен|"
    r"配信(?:不能|失敗|エラー)|届けられ|送信(?:失敗|エラー|できません)|配信できません|"
    r"未送達|退信|未送达|无法(?:送达|投递|传递)|無法(?:送達|傳遞|投遞)|投递失败|传递失败|"
    r"반송|전송 ?실패|配達",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"(?:can|could|was|were|is|been|has|have|did|does|would|will)(?: ?n[o']t|"
    r"not)(?: \w+){0,3} (?:deliver|sent|reach|relay|process|accept)|undeliver|non-?deliver|"
    r"unable to (?:deliver|send|relay|reach|process)|(?:wasn't|"
    r"couldn't be) (?:able to )?deliver|not delivered|"
    r"(?:deliver\w*|message|mail|transmission|sending|send)(?:\W+\w+){0,9}?\W+(?:fail|"
    r"reject|refus|abort|bounc|return|error|delayed|problem)|"
    r"(?:fail|reject|refus|bounc|error|problem)\w*(?:\W+\w+){0,9}?\W+(?:deliver|address|"
    r"recipient|mail|message|send)|"
    r"permanent (?:fatal )?(?:error|failure)|fatal error|user unknown|unknown user|"
    r"invalid (?:final )?(?:user|address|recipient|deliver)|no such user|"
    r"delayed for|has been delayed|incorrectly constructed|malformed address|"
    r"transcript of session|may not exist|"
    r"nicht (?:\w+ ){0,3}(?:zugestellt|zustell|ausgeliefert|gesendet|erreich)|unzustellbar|"
    r"fehlgeschlagen|"
    r"(?:n'a|n'ont|ne) (?:pas )?(?:pu|peut|peuvent)|non (?:remis|distribu|d[ée]livr)|"
    r"[ée]chou[ée]|pas pu [êe]tre|"
    r"no (?:se )?(?:ha )?(?:pudo|podido|puede|pudieron|fue|entregad)|n[ãa]o (?:p[ôo]de|foi|"
    r"pode)|non (?:è stat|pu[òo]|[èe] possibile)|impossibil|"
    r"niet (?:\w+ ){0,3}(?:bezorgd|afgeleverd|worden)|nie (?:mog|można|został)|kunde inte|"
    r"kunne ikke|ei voitu|nelze|nemohl|nem (?:sikerült|lehet)|nu a putut|"
    r"teslim edilem|iletilem|не (?:может|могло|удалось|был[оа]?|доставлен)|невозможно|не може|"
    r"できません|できませ|届けられ|届きません|送信でき|配信でき|エラー|无法|未能|無法|失败|"
    r"失敗|拒绝|수 없|못했|실패|تعذر|لم يتم|לא ניתן|ไม่สามารถ|không thể|tidak dapat|नहीं",
    re.IGNORECASE,
)
_REPLY = re.compile(
    r"(?<![\d.])5\d\d[ -](?:5\.\d{1,3}\.\d{1,3}|[A-Za-z<#])|(?<![\d.])5\.\d\.\d{1,3}(?![.\d])"
)
_DELAY = re.compile(
    r"warning (?:message )?only|do not need to resend|still (?:being retried|trying)|"
    r"will (?:be retried|keep trying|retry)|"
    r"has(?: not yet)? been delayed|(?:is|was) delayed|temporary failure report|"
    r"delivery (?:incomplete|delayed)|\(delay(?:ed)?\)|"
    r"could not send message for past|delayed mail|not yet (?:been )?delivered|still undelivered|"
    r"verz[öo]gert|retard[ée]|retrasad|atrasad|ritardat|vertraagd|op[óo][źz]ni|задерж|"
    r"отложен|遅延|延迟|延遲",
    re.IGNORECASE,
)
_DELAY_SUBJECT = re.compile(
    r"delay|warning|still being retried|verzöger|retard|retras|atras|ritard|vertraag|opóźn|"
    r"задерж|遅延|延迟|延遲",
    re.IGNORECASE,
)


_REASONS = frozenset({Reason.FULL, Reason.USER, Reason.HOST, Reason.DISABLED, Reason.TRANSIENT})


def is_from_daemon(message: Part) -> bool:
    """Whether a mail system sent it, by the name of its sender."""
    return bool(_DAEMON.search(message.get("from") or "<>"))


def is_from_mailer_daemon(message: Part) -> bool:
    """Whether it has the one name that nobody but a mail system goes by (RFC 3834 section 2)."""
    return "mailer-daemon" in message.get("from").lower()


def has_null_sender(message: Part) -> bool:
    """Whether nobody is to answer it (RFC 5321 section 4.5.5), as good autoreplies have it too."""
    return any(value.strip() in {"<>", ""} for value in message.all("return-path"))


def is_titled_bounce(message: Part) -> bool:
    """Whether its subject is one of a bounce."""
    return bool(_SUBJECT.search(message.get("subject")[:500]))


def is_answer(message: Part) -> bool:
    """Whether its subject says that a person (or a person's program) answers or passes on."""
    return bool(
        re.match(r"(?:re|aw|fwd?|wg|sv|tr|rv|enc|i)\s*:", message.get("subject"), re.IGNORECASE)
    )


def tells_failure(text: str) -> bool:
    """Whether a text says that mail was not delivered."""
    head = text[:8_000]
    return bool(_BODY.search(head) or _REPLY.search(head))


def tells_reason(text: str) -> bool:
    """Whether a text says why an address took no mail; proof only where a mail system says it."""
    return bool(_REASONS & set(reasons(text[:2_000])))


def cites_reply(text: str) -> bool:
    """Whether a text has a server's reply with a permanent failure in it."""
    return bool(_REPLY.search(text))


def tells_delay(message: Part, text: str) -> bool:
    """Whether it only says that a delivery takes longer."""
    subject = message.get("subject")
    return bool(
        _DELAY_SUBJECT.search(subject) and _DELAY.search(f"{subject} {text[:4_000]}")
    ) or bool(
        re.search(
            r"warning (?:message )?only|temporary failure report", text[:4_000], re.IGNORECASE
        )
    )
