#!/usr/bin/env python3
"""A small portal that keeps its own login page and asks Pulih for the second factor.

    PULIH_URL=http://127.0.0.1:8080 PULIH_KEY_FILE=portal.key PORTAL_LISTEN=127.0.0.1:9000 python3 portal.py

Python 3.8 alone. Its key needs the scopes accounts-read, accounts-write, enrol, verify and events; its return URL is
http://127.0.0.1:9000/back. Passwords, sessions and pages are the portal's; secrets, codes, limits and resets are
Pulih's. The browser never talks to the API, and the key never leaves this process.
"""
import functools, hashlib, hmac, html, http.cookies, json, os, pathlib, secrets, sys, threading, time, urllib.error, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

PULIH = os.environ["PULIH_URL"].rstrip("/")
KEY = pathlib.Path(os.environ["PULIH_KEY_FILE"]).read_text().strip()  # a file: everybody can list arguments
HOST, PORT = os.environ.get("PORTAL_LISTEN", "127.0.0.1:9000").rsplit(":", 1)
SESSIONS = {}  # token of the cookie -> what is known of that browser; a real portal keeps this in its database
PEOPLE = {  # its own accounts: salt and scrypt of the passwords rahasia-portal-1 and rahasia-portal-2
    "ANGGREK1": ({"name": "Sari Anggraini", "user_type": "penyedia", "email": "sari@anggrek.example"},
                 "52497f4dde7dfd83a776e8fb5ad723be", "38f3c63e36dfb40a712908869c9b73dfba0d121a538a9703cd2428f5dda2d7b8"),
    "MELATI2": ({"name": "Joko Melati", "user_type": "non_penyedia", "email": "joko@melati.example"},
                "404dc1a5b9e9b2b0bcd2390709b4fe50", "7633e3fa9e5d2b324e1a81948543031ca45bdc569287e402e11960cbbfb22034"),
}


# ---- Pulih ----
class Problem(Exception):
    """What Pulih answers when it did not do what was asked (RFC 9457). Its type never changes; its words may."""

    def __init__(self, told):
        self.told, self.code = told, told.get("type", "").rpartition(":")[2]


class Stay(HTTPRedirectHandler):
    def redirect_request(self, *_):  # the API does not redirect, and the key is carried nowhere else
        return None


def call(method, path, body=None, name=None, http=build_opener(Stay)):
    """One call. A write has a name: lost on the way and sent again under it, it is done once and answered alike."""
    headers = {"Authorization": "Bearer " + KEY}
    if body is not None:
        headers.update({"Content-Type": "application/json", "Idempotency-Key": name or str(uuid.uuid4())})
        body = json.dumps(body).encode()
    for pause in (0.2, 1, 2, None):
        try:
            with http.open(Request(PULIH + "/api/v1" + path, body, headers, method=method), timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            if refused.code < 500 or pause is None:
                whose = refused.headers.get_content_type()  # a proxy between may answer otherwise
                raise Problem(json.load(refused) if whose == "application/problem+json" else {}) from None
        except OSError:  # no connection, or one that broke: nobody knows what was done, so it is asked again
            if pause is None:
                raise Problem({}) from None
        time.sleep(pause)


def account(session):
    return "/accounts/" + quote(session["user_id"], safe="")


def press(session, code):
    """The name of a call that a button causes: pressed twice, it is the same call."""
    return str(uuid.uuid5(session["id"], code))


ENDS = ("reset.done", "account.locked", "account.disputed")


def follow():
    """Hears who was reset or locked, and ends their sessions. A real portal keeps the cursor in its database."""
    after = ""
    while True:
        more = False
        try:
            told = call("GET", "/events" + after)
            after, more = "?after=" + told["next"], told["more"]
            for event in told["events"]:
                for session in list(SESSIONS.values()):
                    ends = event["type"] in ENDS and session.get("since", "") < event["at"]
                    if ends and session.get("user_id") == event.get("user_id"):
                        session.clear()
        except Problem as problem:  # it goes on where it was; a place that Pulih does not know is begun anew
            print("the feed:", problem.told.get("detail", "no answer"), file=sys.stderr)
            after = "" if problem.told.get("status") == 422 else after
        time.sleep(0 if more else 2)


# ---- What people see ----
def words(told):
    """What is said of a result of verify, or of a problem."""
    code, ahead = told.get("result") or told.get("type", "").rpartition(":")[2], told.get("clock_offset_seconds", 0)
    wrong, again = "That is no code of your app now.", "This code was used already. Wait for the next one."
    clock = (f"The clock of your phone is {abs(ahead)} seconds {'ahead' if ahead > 0 else 'behind'}. "
             "Let the phone set its time by itself, then try the next code.")
    left = f" {told['attempts_left']} tries are left." if told.get("attempts_left") is not None else ""
    return {
        "wrong": wrong, "code-wrong": wrong, "replayed": again, "code-replayed": again, "clock": clock,
        "code-elsewhere": clock, "codes-held": f"Too many wrong codes. Wait until {told.get('retry_at', '')[11:16]} UTC.",
        "codes-closed": "Too many wrong codes in a row. Only Reset TOTP? opens this way again.",
        "grant-required": "Your TOTP was active before. A new phone needs Reset TOTP?, which leads back here.",
        "locked": "This account is locked. Please write to the helpdesk.",
    }.get(code, "This does not work at the moment. Please try again in a minute.") + left


STYLE = """*{box-sizing:border-box}body{font:1rem/1.5 system-ui,sans-serif;margin:0;background:#f3f3f0;color:#222}
main{max-width:28rem;margin:1rem auto;padding:1rem;background:#fff}input,button{font:inherit;width:100%;padding:.6rem}
.qr{display:block;width:15rem;max-width:100%;margin:auto}code,li{font:1.1rem monospace;overflow-wrap:anywhere}"""


def page(title, *parts, alert=""):
    alert = f'<p role="alert"><strong>{html.escape(alert)}</strong></p>' if alert else ""
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{title}</title><style>{STYLE}</style><main><h1>{title}</h1>{alert}{''.join(parts)}</main></html>")


def form(action, button, *fields):
    rows = (f'<p><label for="{n}">{label}</label><input id="{n}" name="{n}" required {more}></p>' for n, label, more in fields)
    return f'<form method="post" action="{action}">{"".join(rows)}<p><button>{button}</button></p></form>'


CODE = ("code", "Code of your app", 'autocomplete="one-time-code"')


@functools.lru_cache(maxsize=None)
def reset_page():
    return call("GET", "/portal")["reset_page"]


def lost(session):
    person = urlencode({"user_id": session["user_id"], "user_type": PEOPLE[session["user_id"]][0]["user_type"]})
    return f'<p>Lost your phone? <a id="lost" href="{html.escape(reset_page() + "&" + person)}">Reset TOTP?</a></p>'


def home(session, sent, alert=""):
    if session.get("full"):
        name = html.escape(PEOPLE[session["user_id"]][0]["name"])
        return page("Signed in", f"<p>You are {name}.</p>", form("/logout", "Logout"))
    return page("Login", form("/login", "Login", ("user_id", "User ID", 'autocomplete="username"'), (
        "password", "Password", 'type="password" autocomplete="current-password"')), alert=alert or session.pop("notice", ""))


def login(session, sent):
    """The password is the portal's own affair, and comes before anything is asked of Pulih."""
    user_id = sent.get("user_id", "").strip().upper()
    person, salt, kept = PEOPLE.get(user_id, ({}, "00" * 16, ""))
    typed = hashlib.scrypt(sent.get("password", "").encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32).hex()
    if not hmac.compare_digest(typed, kept):  # a User ID that nobody has takes as long
        return home({}, sent, "User ID or password is wrong.")
    grant = {"grant": session["grant"]} if "grant" in session else {}
    session.clear()
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    session.update(grant, user_id=user_id, id=uuid.uuid4(), since=since, fresh=True)
    try:
        call("PUT", account(session), person)  # nothing happens where nothing differs
    except Problem as problem:
        if problem.code not in ("account-protected", "change-held"):  # then it stays as it is for now
            raise
    return second_factor(session)


def second_factor(session, alert=""):
    there = call("GET", account(session))
    if there["status"] == "locked":
        return page("Locked", alert=words({"result": "locked"}))
    if there["totp"]["status"] == "active":
        return code_page(session, alert)
    if there["totp"]["grant_required"] and "grant" not in session:
        return page("Aktivasi TOTP", lost(session), alert=words({"result": "grant-required"}))
    session["enrolling"] = str(uuid.uuid4())
    return enrol_page(session, alert)


def enrol_page(session, alert=""):
    """The secret is not kept here: asked again under the same name, Pulih shows the same QR until it is confirmed."""
    grant = {"grant": session["grant"]} if "grant" in session else {}
    begun = call("POST", account(session) + "/enrolment", grant, session["enrolling"])
    session["enrolment"] = begun["enrolment"]
    return page("Aktivasi TOTP", "<p>Scan this with your authenticator app, or type the Secret Key.</p>", begun["qr_svg"],
                f'<p>Secret Key: <code id="secret">{begun["secret"]}</code></p>', form("/enrol", "Activate", CODE), alert=alert)


def enrol(session, sent):
    code = sent.get("code", "").replace(" ", "")
    confirm = f"{account(session)}/enrolment/{session['enrolment']}/confirm"
    try:
        done = call("POST", confirm, {"code": code}, press(session, code))
    except Problem as problem:
        if problem.code in ("enrolment-gone", "already-active"):  # too late, or another browser was faster
            return second_factor(session, "This activation is over.")
        return enrol_page(session, words(problem.told))
    session.pop("grant", None)
    session["full"] = True
    codes = "".join(f"<li>{code}</li>" for code in done["recovery_codes"])  # shown here, kept nowhere
    return page("Recovery codes", "<p>Write these down. Each opens your account once if the phone is lost.</p>",
                f'<ul id="codes">{codes}</ul><p><a id="on" href="/">I have kept them</a></p>')


def code_page(session, alert=""):
    return page("Code", form("/code", "Go on", CODE), "<p>A recovery code will do too.</p>", lost(session), alert=alert)


def code(session, sent):
    code = sent.get("code", "").replace(" ", "")
    method = "totp" if code.isdigit() and len(code) <= 8 else "recovery"
    asked = {"code": code, "method": method, "device": session["device"]}
    told = call("POST", account(session) + "/verify", asked, press(session, code))
    if told["result"] != "right":
        return code_page(session, words(told))
    session["full"] = True  # and None: 303 to the beginning


def back(session, sent):
    """The return URL. The grant waits in this browser's session until its person signs in with the password."""
    session.clear()
    session.update(grant=sent.get("grant", ""), notice="TOTP Berhasil di Reset. Login to activate the new phone.")


PAGES = {"GET/": home, "GET/back": back, "POST/login": login, "POST/enrol": enrol, "POST/code": code,
         "POST/logout": lambda session, sent: session.clear()}
NEEDS = {"POST/enrol": "enrolment", "POST/code": "user_id"}


class Portal(BaseHTTPRequestHandler):
    def answer(self, sent):
        asked, jar = self.command + urlsplit(self.path).path, http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        token, device = (jar[name].value if name in jar else "" for name in ("portal_session", "portal_device"))
        session, device = SESSIONS.get(token, {}), (device or secrets.token_urlsafe(16))[:128]
        body, status = None, 200
        try:
            if asked not in PAGES:
                body, status = page("Not found"), 404
            elif NEEDS.get(asked) in (None, *session):
                session["device"] = device  # the browser, not the person: strangers' wrong codes do not count against it
                body = PAGES[asked](session, sent)
        except Problem as problem:  # what people can do about it, or that it is not their fault
            body = page("Not now", lost(session) if "user_id" in session else "", alert=words(problem.told))
            status = problem.told.get("status", 503)
        if session.pop("fresh", False) or not token:  # who has shown a password gets another cookie
            SESSIONS.pop(token, None)
            token = secrets.token_urlsafe(32)
        SESSIONS[token] = session
        self.send_response(303 if body is None else status)
        for cookie in (f"portal_session={token}", f"portal_device={device}; Max-Age=31536000"):
            self.send_header("Set-Cookie", cookie + "; Path=/; HttpOnly; SameSite=Lax")  # and Secure, on https
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "same-origin")  # addresses of the return URL go nowhere else
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
        self.send_header("Location" if body is None else "X-Content-Type-Options", "/" if body is None else "nosniff")
        self.send_header("Content-Length", str(len((body or "").encode())))
        self.end_headers()
        self.wfile.write((body or "").encode())

    def do_GET(self):
        self.answer(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self):
        sent = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 10_000)).decode(errors="replace")
        if urlsplit(self.headers.get("Origin", "")).netloc != self.headers.get("Host"):  # a form of another site
            return self.send_error(403)
        self.answer(dict(parse_qsl(sent)))

    def log_request(self, code="-", size="-"):  # without the query: that of the return URL holds a grant
        print(self.command, urlsplit(self.path).path, int(code), flush=True)


if __name__ == "__main__":
    print("portal:", call("GET", "/portal")["name"], flush=True)  # a key that opens nothing is seen at once
    threading.Thread(target=follow, daemon=True).start()
    ThreadingHTTPServer((HOST, int(PORT)), Portal).serve_forever()
