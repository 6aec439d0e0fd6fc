"""Made-up mail for tests: ordinary mail that must not be taken for a bounce, and reports built from parts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from email import message_from_string
from email.message import EmailMessage, Message
from email.policy import SMTP

_PEOPLE = ("Ana Example", "Bo Muster", "Chidi Sample", "Dana Exemple", "Emi Rei")
_OUR_ADDRESS = "bounce+0123456789abcdef0123456789abcdef@news.example.com"

_RETURNED = "Subject: Morning news\r\nFrom: news@example.com"
_QUOTED_BOUNCE = """\
This is the mail system at host mx.example.net.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<reader@example.org>: host mx.example.org[192.0.2.7] said: 550 5.1.1
    <reader@example.org>: Recipient address rejected: User unknown (in reply to RCPT TO command)
"""

_ANSWERS = {
    "en": (
        "Re: Undelivered Mail Returned to Sender",
        "Thanks, I see that it bounced. Which address do you have for them?",
    ),
    "de": ("AW: Unzustellbar: Einladung", "Danke, die Adresse war falsch. Bitte noch einmal an die neue schicken."),
    "fr": ("RE: Non remis : Invitation", "Merci, je n'avais pas vu que le message n'a pas pu être remis."),
    "es": ("RE: No se puede entregar: Invitación", "Gracias, esa persona ya no trabaja aquí."),
    "it": ("R: Non recapitabile: Invito", "Grazie, l'indirizzo non esiste più, provo con il telefono."),
    "pt": ("RES: Não entregue: Convite", "Obrigado, vou procurar o endereço novo."),
    "ja": ("Re: 配信エラー", "ご連絡ありがとうございます。宛先が見つかりませんでした。"),
    "ru": ("Re: Недоставленное сообщение", "Спасибо, такого пользователя больше нет."),
    "nl": ("Antw: Onbestelbaar: Uitnodiging", "Dank je, het adres bestaat niet meer."),
}
_NEWSLETTERS = {
    "en": (
        "Delivery failures cost the city $2 million",
        "Trucks could not be delivered on time. The mayor rejected the plan.",
    ),
    "de": ("Zustellung gescheitert: Was nun?", "Pakete konnten nicht zugestellt werden. Der Rat lehnt den Plan ab."),
    "fr": ("Échec de la livraison au port", "Les colis n'ont pas pu être livrés; le maire est absent."),
    "es": ("Fallo en la entrega del agua", "No se ha podido entregar el agua; el cupo fue excedido."),
    "ja": ("配送エラーで市場が混乱", "荷物をお届けできませんでした。"),
    "ru": ("Почта не доставлена: что дальше", "Письмо не может быть доставлено, говорят жители."),
}
_RECEIPTS = {
    "en": (
        "Delivery failed: your parcel 5512",
        "Your parcel could not be delivered because nobody was in. Please choose a new date.",
    ),
    "de": (
        "Ihre Sendung konnte nicht zugestellt werden",
        "Wir haben Sie nicht angetroffen. Ihr Paket liegt in der Filiale.",
    ),
    "fr": (
        "Votre colis n'a pas pu être livré",
        "Personne n'était présent à l'adresse indiquée. Numéro de suivi 550 5123.",
    ),
    "es": ("No se pudo entregar su pedido", "El destinatario no se encontraba en la dirección. Pedido 552-1884."),
    "pt": ("Pedido não entregue", "O destinatário não foi encontrado no endereço."),
    "en-paid": ("Receipt for invoice 421", "We received 554.10 for your order. Account 5511 is paid in full."),
}
_NOTICES = {
    "quota": ("System Administrator <postmaster@example.com>", "Your mailbox is almost full",
              "Your mailbox is full to 98 percent. You exceed the quota soon. Please delete old messages."),
    "cron": ("Cron Daemon <root@db.example.com>", "Cron <root@db> /usr/bin/backup",
             "backup: disk quota exceeded\nexit code 75"),
    "plan": ("Postmaster <postmaster@example.com>", "Maintenance of the mail servers on Sunday",
             "During the work messages will be delayed, none will be lost. From 2 to 3 nothing could be delivered."),
    "ticket": ("Help desk <help@example.com>", "[#4711] User unknown when I log in",
               "We have your ticket: the portal says 550 user unknown. We look into it."),
    "alert": ("Monitoring <alerts@example.com>", "PROBLEM: mail queue is long",
              "The queue holds 550 messages that could not be delivered yet. Host mx1 is in state WARNING."),
    "reset": ("Accounts <no-reply@example.com>", "Your account has been disabled",
              "Your account was suspended after five wrong passwords. Follow the link to unlock it."),
    "dmarc": ("noreply-dmarc@example.net", "Report domain: example.com Submitter: example.net Report-ID: 17",
              "This is an aggregate report about SPF, DKIM and DMARC from example.net."),
}  # fmt: skip


def ordinary_mails(count: int, *, seed: int = 1) -> Iterator[bytes]:
    """Yield ordinary mail, as it may come to a bounce address: answers that quote or forward a bounce, newsletters,
    list mail, receipts, notices, calendar invitations, read receipts; in several languages. The same for each seed.
    """
    rng = random.Random(seed)
    makers = (_answer, _answer_below, _forward, _forward_attached, _newsletter, _list_mail, _receipt, _notice, _invite,
              _read_receipt)  # fmt: skip
    for number in range(count):
        message = makers[number % len(makers)](rng)
        if "Message-ID" not in message:
            message["Message-ID"] = f"<ordinary-{seed}-{number}@mail.example.org>"
        message["Date"] = f"Mon, {1 + number % 28} Nov 2027 09:{number % 60:02d}:00 +0000"
        yield message.as_bytes(policy=SMTP)


def status_report(
    recipient: str,
    *,
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 user unknown",
    action: str = "failed",
    to: str = _OUR_ADDRESS,
) -> bytes:
    """Return a delivery-status report (RFC 3464) about one recipient."""
    lines = ["Reporting-MTA: dns; mx.example.net", "", f"Final-Recipient: rfc822; {recipient}", f"Action: {action}"]
    lines += [f"Status: {status}", f"Diagnostic-Code: {diagnostic}"]
    parts = [
        ("text/plain; charset=us-ascii", "Your message could not be delivered."),
        ("message/delivery-status", "\r\n".join(lines)),
        ("text/rfc822-headers", _RETURNED),
    ]
    body = "".join(f"--cut\r\nContent-Type: {kind}\r\n\r\n{text}\r\n\r\n" for kind, text in parts)
    head = f"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.net>\r\nTo: {to}\r\n"
    head += "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
    head += "Content-Type: multipart/report; report-type=delivery-status; boundary=cut\r\n\r\n"
    return f"{head}{body}--cut--\r\n".encode()


def returning(report: bytes, headers: str) -> bytes:
    """Return the status report with other headers of the message it returns."""
    return report.replace(_RETURNED.encode(), headers.encode())


def complaint_report(
    recipient: str = "", *, kind: str = "abuse", to: str = "fbl@news.example.com", returned: str = ""
) -> bytes:
    """Return a complaint (RFC 5965)."""
    named = f"Original-Rcpt-To: <{recipient}>\r\n" if recipient else ""
    parts = [
        ("text/plain; charset=us-ascii", "This is an email abuse report."),
        ("message/feedback-report", f"Feedback-Type: {kind}\r\nUser-Agent: Example/1.0\r\nVersion: 1\r\n{named}"),
        ("message/rfc822", returned or "Subject: Morning news\r\nFrom: news@example.com\r\n\r\nHello"),
    ]
    body = "".join(f"--cut\r\nContent-Type: {kind}\r\n\r\n{text}\r\n\r\n" for kind, text in parts)
    head = (
        f"From: Feedback <feedback@isp.example.net>\r\nTo: {to}\r\nSubject: FW: Morning news\r\nMIME-Version: 1.0\r\n"
    )
    head += "Content-Type: multipart/report; report-type=feedback-report; boundary=cut\r\n\r\n"
    return f"{head}{body}--cut--\r\n".encode()


def plain_report(text: str, *, subject: str = "failure notice", sender: str = "MAILER-DAEMON@mx.example.net") -> bytes:
    """Return a report in free form, as old systems write them."""
    head = f"Return-Path: <>\r\nFrom: {sender}\r\nTo: {_OUR_ADDRESS}\r\nSubject: {subject}\r\n"
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()


def _message(rng: random.Random, subject: str, text: str, *, sender: str = "") -> EmailMessage:
    message = EmailMessage()
    name = rng.choice(_PEOPLE)
    message["From"] = sender or f"{name} <{name.split()[0].lower()}{rng.randrange(100)}@example.org>"
    message["To"] = rng.choice((_OUR_ADDRESS, "news@example.com"))
    message["Subject"] = subject
    message.set_content(text)
    return message


def _answer(rng: random.Random) -> Message:
    subject, words = _ANSWERS[rng.choice(sorted(_ANSWERS))]
    quoted = "".join(f"> {line}\n" for line in _QUOTED_BOUNCE.splitlines())
    message = _message(rng, subject, f"{words}\n\nOn Monday Mail Delivery System wrote:\n{quoted}")
    message["In-Reply-To"] = message["References"] = f"<{rng.randrange(10**9)}@example.com>"
    return message


def _answer_below(rng: random.Random) -> Message:
    subject, words = _ANSWERS[rng.choice(sorted(_ANSWERS))]
    head = (
        "-----Original Message-----\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nSubject: Undeliverable"
    )
    postmaster = "Postmaster <postmaster@example.org>"
    message = _message(rng, subject, f"{words}\n\n{head}\n\n{_QUOTED_BOUNCE}", sender=rng.choice(("", "", postmaster)))
    message["In-Reply-To"] = f"<{rng.randrange(10**9)}@example.com>"
    return message


def _forward(rng: random.Random) -> Message:
    prefix = rng.choice(("Fwd:", "FW:", "WG:", "TR:", "RV:", "I:"))
    words = rng.choice(("Can you have a look?", "Kennst du das?", "C'est grave ?", "¿Qué es esto?", "これは何ですか。"))
    return _message(rng, f"{prefix} Undelivered Mail Returned to Sender", f"{words}\n\n{_QUOTED_BOUNCE}")


def _forward_attached(rng: random.Random) -> Message:
    subject = rng.choice(("a bounce I got", "Delivery failure", "Is this one of yours?", "Fehlermeldung im Anhang"))
    message = _message(rng, subject, "Hello, this mail could not be delivered, see what is attached. Best, me")
    inner = EmailMessage()
    inner["From"] = "MAILER-DAEMON@mx.example.net"
    inner["Subject"] = "Undelivered Mail Returned to Sender"
    inner.set_content(_QUOTED_BOUNCE)
    message.add_attachment(inner)
    return message


def _newsletter(rng: random.Random) -> Message:
    subject, words = _NEWSLETTERS[rng.choice(sorted(_NEWSLETTERS))]
    message = _message(rng, subject, f"{words}\n\nUnsubscribe: https://news.example.org/u/{rng.randrange(10**6)}")
    message.add_alternative(f"<html><body><h1>{subject}</h1><p>{words}</p></body></html>", subtype="html")
    message["List-Unsubscribe"] = "<https://news.example.org/u>"
    message["Precedence"] = "bulk"
    return message


def _list_mail(rng: random.Random) -> Message:
    text = (
        f"Our server logs this for half of the members, is that normal?\n\n{_QUOTED_BOUNCE}\n-- \nmail-ops mailing list"
    )
    message = _message(rng, "[mail-ops] MAILER-DAEMON returns: user unknown", text)
    message["List-Id"] = "Mail operators <mail-ops.example.org>"
    message["Return-Path"] = "<mail-ops-bounces@example.org>"
    return message


def _receipt(rng: random.Random) -> Message:
    subject, words = _RECEIPTS[rng.choice(sorted(_RECEIPTS))]
    sender = rng.choice(("Shop <no-reply@shop.example.org>", "Parcels <delivery@post.example.org>"))
    return _message(rng, subject, f"{words}\n\nOrder {rng.randrange(10**6)}", sender=sender)


def _notice(rng: random.Random) -> Message:
    sender, subject, words = _NOTICES[rng.choice(sorted(_NOTICES))]
    message = _message(rng, subject, f"{words}\n\nNo. {rng.randrange(10**6)}", sender=sender)
    message["Auto-Submitted"] = "auto-generated"
    return message


def _invite(rng: random.Random) -> Message:
    message = _message(rng, "Invitation: review of bounced mail", "When: Monday at 10. Where: room 550.")
    message.add_alternative("BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n", subtype="calendar")
    return message


def _read_receipt(rng: random.Random) -> Message:
    head = f"From: Ana <ana{rng.randrange(100)}@example.org>\r\nTo: news@example.com\r\nSubject: Read: Morning news\r\n"
    body = "--cut\r\nContent-Type: text/plain\r\n\r\nYour message was displayed.\r\n\r\n"
    body += (
        "--cut\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; ana@example.org\r\n"
    )
    body += "Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--cut--\r\n"
    head += (
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=cut\r\n"
    )
    return message_from_string(f"{head}\r\n{body}")
