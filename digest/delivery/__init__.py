"""Bytes on the wire: message template, DKIM, pipelined SMTP, throttles, mail catcher; knows no ledger."""
