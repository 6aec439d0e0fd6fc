"""Phrases by which mail systems tell why they refuse, as facts about other people's wording; no decision.

The order is that of `REASONS`: the first reason with a phrase in the text is the one that is meant. What is about
us (authentication, blocks, spam) comes before what is about the reader, because such refusals like to mention
"recipient" and "address" too; a full or suspended mailbox comes before an unknown one, because it exists.
"""

from __future__ import annotations

import re

from digest.bounces.report import Reason

_AUTHENTICATION = (
    r"\bdmarc\b|\bdkim\b|\bspf\b|sender policy framework|unauthenticated (?:e-?mail|sender|message)"
    r"|authentication (?:checks? fail|is not|information|credentials|requirements)|sender id (?:check|fail|\(pra\))"
    r"|email (?:is )?(?:not|un)authenticated|not pass(?:ed)? authentication"
)
_VIRUS = (
    r"\bvirus(?:es)?\b(?! scan(?:ner)? (?:is |was )?(?:not|unavail))|\bmalware\b|\bmalicious\b|infected"
    r"|dangerous (?:attachment|extension)|\btrojan\b|\bworm\b"
)
_SPAM = (
    r"\bspam\b(?! ?cop| ?haus)|\bspammy\b|bulk e-?mail|\bube\b|\buce\b|\bjunk mail\b|unsolicited"
    r"|blacklisted (?:url|link)|\bspamassassin\b|spam[- ]?(?:score|content|like|message)"
    r"|mail rejete\. mail rejected\. ofr_506|considered (?:as )?(?:spam|junk)|(?:content|message) (?:was "
    r"|is )?(?:rejected|refused|denied)[^\n]{0,40}\b(?:score|filter)|looks like spam|high probability of spam"
    r"|phish"
)
_RATE = (
    r"too many (?:messages|mails|e-?mails|connections|sessions|recipients|concurrent|requests|errors from)|(?:rate"
    r"|sending|message|connection|hourly|daily|recipient) (?:rate )?limit(?:s|ed)?\b(?: has been| is"
    r"| was)? ?(?:exceed|reach|hit)?|rate[- ]limit|throttl|exceeded (?:the|your|its) (?:daily|hourly|sending|rate"
    r"|maximum sending)|unusual rate|receiving mail (?:at a rate|too quickly)|try(?:ing)? to send too|slow down"
    r"|unexpected volume"
)
_BLOCKED = (
    r"(?:black|block|deny|reject)[- _]?list|\brbls?\b|\bdnsbl\b|spamhaus|spamcop|sorbs|barracudacentral|uribl"
    r"|\bsurbl\b|banned sending ip|(?:ip|host|server|client|sender|network|domain|access)[^\n]{0,40}\b(?:blocked"
    r"|banned|refused)\b|blocked (?:by|using|due|for|because|from)|(?:poor|bad|low|negative) reputation|reputation"
    r"|reverse (?:dns|lookup|hostname)|\bptr\b|\brdns\b|cannot find your (?:reverse )?host"
    r"|no access from mail server|open relay|dynamic(?:ally)? (?:ip|allocated|assigned)"
    r"|\bhelo\b[^\n]{0,60}(?:reject|invalid|denied|wrong|must|not)|my name was rejected|invalid domain name"
    r"|invalid ip|connection refused by|refused to talk to (?:me|you)|redundant\. you cannot send"
    r"|client host (?:rejected|\[)|user complaints|bad sending|not (?:allowed|permitted) to (?:connect|send)"
    r"|we do not accept mail from|your (?:ip|network|host|server|domain|email server)[^\n]{0,60}(?:block|ban"
    r"|reject|listed|denied)"
)
_RELAY = (
    r"relay(?:ing)? (?:is )?(?:denied|not (?:permitted|allowed)|access denied|prohibited|unauthori[sz]ed)"
    r"|no relay(?:ing)?\b|(?:unable|not permitted|not allowed|refus\w+|won't|cannot|denied) to relay"
    r"|insecure mail relay|relaying (?:mail )?to|not (?:a |one of )?(?:our|my) (?:local )?(?:domains|relay)"
    r"|isn't in my list of allowed|not local host|unrouteable mail domain|we do not relay|you are not (?:allowed"
    r"|authorized) to (?:use|relay)|authentication required for relay|mail relay"
)
_TOO_BIG = (
    r"(?:message|mail|e-?mail|file|content|data|attachment)s?(?: size| length| body)?[^\n]{0,30}"
    r"(?:too (?:big|large|long)|exceeds?|exceeded|larger than|over the)[^\n]{0,50}"
    r"(?:size|limit|maximum|length|system|recipient|fixed|for this)|size limit|message size|maximum (?:message )?size"
    r"|too (?:big|large) (?:for|to)|message (?:is )?too (?:big|large|long)|recipsizelimit|max(?:imum)? message"
    r"|exceeds administrative limit|length exceeds"
)
_FULL = (
    r"mail ?(?:box|folder|drop|file)(?:'s)?[^\n]{0,60}\b(?:is |are |was )?(?:full|overflow|exceed\w*|over ?quota"
    r"|at capacity|too large)|mailbox\w* (?:size|usage|storage|space)|\b(?:over|out of|exceed\w*|insufficient"
    r"|beyond|past|above|hit|reached)[^\n]{0,40}\b(?:(?:disk|mail|storage|mailbox|user|account|message|size|its"
    r"|their|the|his|her|your) )*(?:quota|storage|disk space|allocation|mailbox (?:size|limit))|quota (?:exceeded"
    r"|exceded|violation|full|limit|is full|has been)|\b(?:disk|user|mailbox|maildir|mail) ?quota|quota ?exceed"
    r"|over[- ]?quota|(?:disk|storage|inbox|mail ?dir|file ?system|account) (?:is |was )?(?:full|space)"
    r"|not enough (?:disk|storage|space|room)|no space left|insufficient (?:system )?(?:storage|disk|space)"
    r"|exceeds allowed size|mailbox(?: [^ \n]{1,200})? full|out of storage|shutoffquota"
    r"|too many messages in (?:this )?mailbox|(?:box|boîte)[^\n]{0,30}(?:pleine|saturée)|postfach[^\n]{0,30}voll"
    r"|buz[óo]n[^\n]{0,30}llen|casella[^\n]{0,30}piena|maximum (?:mailbox|storage)|has reached (?:its|the"
    r"|their) (?:limit|quota|maximum)|容量|一杯|переполнен|превышен"
)
_SUSPENDED = (
    r"(?:account|mailbox|user|recipient|address|e-?mail|domain|mail service"
    r"|maildrop)[^\n]{0,60}\b(?:(?:temporarily |currently |has been |is |was |been )*(?:disabled|suspended|locked"
    r"|inactive|deactivated|discontinued|frozen|on hold|terminated|expired|blocked|not active|unavailable due to))"
    r"|\b(?:disabled|inactive|suspended|deactivated|locked|not active)\b[^\n]{0,30}\b(?:account|mailbox|user"
    r"|recipient|address)|account(?:_| )?(?:disabled|inactive|expired)|dormant|has been (?:suspended|disabled)"
    r"|invalid\/inactive user"
)
_MOVED = (
    r"no forwarding address|has moved|mailbox moved|moved to another|no longer on (?:this )?server|has been replaced by"
    r"|changed (?:his|her|their|its) (?:e-?mail )?address|recipient has moved|user has moved|address (?:has )?changed"
)
_FILTERED = (
    r"recipient preferences|refused by (?:the )?(?:recipient|user)|user (?:has )?reject"
    r"|due to (?:extended )?inactivity|recipient(?:'s)? (?:server )?(?:refused|rejected|does(?: not"
    r"|n't) accept) (?:your|this|the)|sender (?:is )?(?:blocked|refused) by (?:the )?(?:user|recipient)"
    r"|because the recipient|does not (?:accept|want)[^\n]{0,30}(?:from you|mail from|your mail)"
    r"|rejected by (?:the )?(?:user|recipient)|transaction failed[^\n]{0,40}recipient|domain(?:-| )?(?:reject"
    r"|filter)|user[^\n]{0,20}only accepts|not on (?:his|her|their|the)[^\n]{0,20}(?:white|allow)"
)
_NO_MAIL = (
    r"indicated no smtp service|no mx (?:record )?(?:was |were )?found|does not accept mail|doesn't accept mail"
    r"|null mx|nullmx|not accepting network messages|(?:domain|host) (?:does not|doesn't) (?:accept|receive)"
    r"|does not (?:receive|take) (?:any )?(?:e-?)?mail|couldn't find a mail exchanger or ip"
    r"|malformed or unexpected name server reply|no mail (?:exchanger|server|host)s? (?:found|for)"
    r"|mail receiving disabled|smtp protocol returned a permanent error: (?:521|556)|has no (?:valid )?(?:mx"
    r"|mail exchanger|mail server)|all relevant mx records point to non-?existent|unable to route: no mail hosts"
    r"|name service error[^\n]{0,80}malformed"
)
_UNKNOWN_HOST = (
    r"(?:host|domain)(?: or domain)?(?: name)?(?: '?[\w.-]{1,200}'?)? (?:is |was |does |could |can ?"
    r"|cannot )?(?:not be found|not found|be found|unknown|not exist|n't exist|couldn't be found|invalid"
    r"|lookup failure)|domain [^\s]{1,200} couldn't be found|unknown (?:host|domain)|no such (?:host|domain)"
    r"|couldn't find any host|nxdomain|bad destination (?:system|host)|non-?existent (?:domain|host)|(?:no"
    r"|not a) valid (?:domain|host)|illegal host|name or service not known|invalid (?:domain"
    r"|host) name in recipient|unrouteable address|domain (?:of recipient )?does not (?:exist|resolve)"
    r"|recipient domain (?:not|must|does)|domain (?:\S+ )?is not (?:found|valid|known)"
    r"|dns domain '?[^ \n]{1,200}'? does not exist|no route to domain|can't find host|(?:host|domain)unknown"
)
_UNKNOWN_USER = (
    r"\b(?:user|recipient|mailbox|account|addressee|address|alias|userid|user id|username|user name|mail ?drop"
    r"|resource|subscriber|destination|person|member)s?\b[^\n:;!?]{0,60}\b(?:unknown|(?:was |were |is |are |could "
    r"|can |be )*not (?:be )?(?:found|exist|known|valid|recogni[sz]ed|listed|registered|local|on file|here|present"
    r"|defined|identified|located|handled|in our)|(?:does|do|did)(?: not|n't) exist|isn't (?:known|listed|valid)"
    r"|(?:is |was )?(?:invalid|undefined|unlisted|nonexistent|non-existent)|no longer (?:exist|here|valid"
    r"|available|in use|active|employ\w+)|unavailable|unrecogni[sz]ed)|\b(?:unknown|invalid|no such|no valid"
    r"|non-?existent|undeliverable|bad|illegal|incorrect|unrecogni[sz]ed|undefined|unregistered|no active"
    r"|unrouteable|nonexisting)[ -](?:(?:final |delivery |local |virtual |remote |mail|destination |e-?mail "
    r"|destination mailbox |smtp |recipient |user |or )*)(?:user|recipient|mailbox|account|address|addressee|alias"
    r"|userid|user id|person|username|local[- ]part|mail ?drop|subscriber|address syntax)|user[ _-]?unknown"
    r"|no mailbox (?:here )?by that name|not (?:a )?(?:valid|known|registered|existing) (?:user|recipient|mailbox"
    r"|address|account|gateway user|mobile)|does(?:n't| not) have an? [^\n]{0,80}\baccount|is not a (?:registered"
    r"|valid|known|local)|not listed in|not our customer|no one (?:here )?by that name|recipnotfound"
    r"|recipient ?not ?found|not a member of (?:this )?(?:domain|system)|mailbox(?: name)? (?:not allowed|invalid)"
    r"|not (?:known|found) here|(?:name is |address is |e-?mail address was |address )?not recogni[sz]ed"
    r"|wasn't found at|was not found (?:in|at)|address couldn't be found|nobody here"
    r"|unable to find (?:the )?(?:user|recipient|mailbox)|who are you looking|no account by that name"
    r"|recipients? (?:were|are) unknown|l'adresse[^\n]{0,60}introuvable|n'existe pas|non remis|no se encontr\w+"
    r"|no existe|non sono riuscito a trovare|inesistente|existiert nicht|unbekannter?|nicht gefunden|n[ãa]o existe"
    r"|n[ãa]o encontrad|見つかりません|ありません|存在しません|宛先不明"
    r"|не существует|не найден|пользовател[ьья] не|nie istnieje"
    r"|bestaat niet|not exist(?:s|ing)?\b|user not|550 invalid recipient|user doesn't"
)
_CONTENT = (
    r"media error|content (?:error|not (?:accepted|allowed)|reject|type|format)|unsupported (?:character"
    r"|mail format|content)|8[- ]?bit|mime(?:-| )?(?:error|format|part|header)|(?:message|mail|header"
    r"|body)[^\n]{0,40}(?:malformed|format (?:is )?(?:error|invalid|not)|not compliant|rfc ?5?[28]22)"
    r"|improper(?:ly)? (?:use|format)|(?:missing|duplicate|invalid|illegal|multiple)[^\n]{0,20}headers?|bare (?:lf"
    r"|cr)|conversion (?:failed|required|not)|message header(?:s)? (?:size|too)|attachment"
)
_SYNTAX = (
    r"syntax error|improper sequence|bad sequence|command (?:not |un)(?:recogni[sz]ed|implemented|known|supported)"
    r"|unrecogni[sz]ed command|(?:invalid|unexpected|out of) (?:command|sequence)|protocol (?:error|violation)"
    r"|need (?:mail|rcpt|helo)|parameter not"
)
_POLICY = (
    r"polic(?:y|ies)|administrative(?:ly)? prohib|security (?:violation|reasons)|not authori[sz]ed|unauthori[sz]ed"
    r"|permission|access (?:is )?denied|restricted|prohibit|denied by|(?:you are )?not (?:a )?member|(?:sender"
    r"|from)[^\n]{0,60}(?:rejected|refused|denied|not accepted|is not allowed|verify|invalid|bad)"
    r"|authentication required|authrequired|authenticat|sender (?:address )?(?:reject|verif|domain)"
    r"|sender was rejected|message (?:was )?(?:rejected|refused|blocked|denied)|mail (?:rejete|rejected|refused"
    r"|not accepted)|we (?:do not|don't) accept|transaction rejected|not accepted (?:here|for)|\bgreylist|graylist"
    r"|encryption|\btls\b"
)
_NETWORK = (
    r"mail loop|routing loop|\bloop(?:s|ing|ed)?\b|too many hops|hop count|max(?:imum)? hops|no route to host"
    r"|connection (?:refused|reset|lost|dropped|closed|died|failed|interrupted)|(?:unable|not able|wasn't able"
    r"|failed|could not|couldn't|cannot) to? ?(?:connect|establish)|network (?:error|is unreachable|unreachable"
    r"|problem)|host (?:is )?(?:unreachable|not reachable|down)|lost connection|routing (?:issue|error|problem)"
    r"|establish an? (?:smtp )?connection|forwarded more than|(?:error )?transferring to|refused connection"
    r"|server not responding|tls (?:is required|negotiation)"
)
_EXPIRED = (
    r"(?:message|delivery|mail|retry|queue)[^\n]{0,40}(?:expired|time(?:d)?[- ]?out|timeout)|\bexpired\b"
    r"|queue too long|(?:been )?in the queue|(?:giving|given) up|delivery (?:time|attempts)"
    r"|cannot send message for|could not (?:deliver|be delivered) for|retry (?:time|timeout)|(?:connection"
    r"|operation|session|read|write|command|transaction)?[- ]?tim(?:ed?|ing)[- ]?out|temporarily (?:deferred"
    r"|unavailable|rejected|reject)|\bdeferred\b|try again|too long|still being retried|will be retried"
    r"|not yet (?:been )?(?:delivered|received)|delayed|delivery failed \d+ attempts|has stopped trying"
    r"|not reachable|retries|undeliverable for|4\.4\.7"
)
_SYSTEM = (
    r"system (?:error|failure|problem|resources|config|not)|internal (?:server |system |software )?error"
    r"|local (?:error|configuration)|configuration (?:error|problem)|i/o error|ldap|service (?:is )?(?:currently "
    r"|temporarily )?unavailable|mailer error|mail(?: system|er) (?:error|config)|unable to (?:open|create|write"
    r"|lock|append|contact|deliver to)|cannot (?:open|create|write|append)|can't (?:open|create|write|append)"
    r"|permission denied|died|crash|out of memory|resources? (?:temporarily )?unavailable|command (?:died|failed"
    r"|output)|exit (?:code|status)|unknown mailer error|server error|database|duplicated message-id"
    r"|not a directory"
)

REASONS: tuple[tuple[Reason, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern, re.IGNORECASE))
    for reason, pattern in (
        (Reason.VIRUS, _VIRUS),
        (Reason.AUTHENTICATION, _AUTHENTICATION),
        (Reason.FILTERED, _FILTERED),
        (Reason.TOO_BIG, _TOO_BIG),
        (Reason.MAILBOX_FULL, _FULL),
        (Reason.SPAM, _SPAM),
        (Reason.RATE, _RATE),
        (Reason.BLOCKED, _BLOCKED),
        (Reason.RELAY, _RELAY),
        (Reason.SUSPENDED, _SUSPENDED),
        (Reason.MOVED, _MOVED),
        (Reason.NO_MAIL, _NO_MAIL),
        (Reason.UNKNOWN_HOST, _UNKNOWN_HOST),
        (Reason.UNKNOWN_USER, _UNKNOWN_USER),
        (Reason.CONTENT, _CONTENT),
        (Reason.NETWORK, _NETWORK),
        (Reason.SYSTEM, _SYSTEM),
        (Reason.EXPIRED, _EXPIRED),
        (Reason.SYNTAX, _SYNTAX),
        (Reason.POLICY, _POLICY),
    )
)
