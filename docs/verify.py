#!/usr/bin/env python3
"""Checks what Pulih's log hands out, trusting nothing but your own copy of its verifier key.

    verify.py KEY FILE...    KEY: file with the verifier key, one a line (`pulih audit checkpoint --key`)
                             FILE: a proof (pulih-proof-1), a case pack (pulih-pack-1), the .manifest of an export (whose
                             file lies beside it), a checkpoint, a file of checkpoints, or a folder with a copy of the log;
                             checkpoints are also compared with every folder that is named

Exit code 0: everything is right. 1: something is not, or cannot be read. Python 3.8 alone, no other package.
RFC 6962 (tree), RFC 8032 (Ed25519), C2SP signed-note, tlog-checkpoint, tlog-tiles.
"""
import base64, hashlib, hmac, json, pathlib, sys

P, D, L = 2**255 - 19, -121665 * pow(121666, 2**255 - 21, 2**255 - 19), 2**252 + 27742317777372353535851937790883648493


def check(right, words):
    if not right:
        raise ValueError(words)


def unbase64(text):  # strictly: one spelling for each value
    raw = base64.b64decode(text, validate=True)
    check(base64.b64encode(raw).decode() == text, "this is no base64")
    return raw


def add(p, q):  # extended coordinates, RFC 8032 section 5.1.4
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


def point(raw):  # section 5.1.3
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    check(len(raw) == 32 and y < P, "no point of the curve")
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    x = x if (x * x - xx) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    check((x * x - xx) % P == 0 and not (x == 0 and sign), "no point of the curve")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


BASE = point(int.to_bytes(4 * pow(5, P - 2, P) % P, 32, "little"))


def ed25519(public, message, signature):  # section 5.1.7
    s = int.from_bytes(signature[32:], "little")
    check(len(signature) == 64 and s < L, "a signature is malformed")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    a, b = times(s, BASE), add(point(signature[:32]), times(k, point(public)))
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def keys(path):
    found = {}
    for line in filter(None, map(str.strip, open(path, encoding="utf-8"))):
        check(line.count("+") >= 2, "this is no verifier key")
        name, key_id, key = line.split("+", 2)
        raw = unbase64(key)
        known = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        check(len(raw) == 33 and raw[0] == 1 and known.hex() == key_id, "this is no verifier key")
        found[name, known] = raw[1:]
    return found


def note(text, trusted):
    """The text of a note that a trusted key has signed, and that key's name."""
    text, gap, signatures = text.rpartition("\n\n")
    check(gap and signatures.endswith("\n"), "this is no note")
    text, signer = text + "\n", None
    for line in signatures[:-1].split("\n"):
        dash, name, signature = line.split(" ")
        raw = unbase64(signature)
        if dash == "\u2014" and (name, raw[:4]) in trusted:
            check(ed25519(trusted[name, raw[:4]], text.encode(), raw[4:]), "a signature is wrong")
            signer = name
    check(signer is not None, "no trusted key has signed this")
    return text, signer


def checkpoint(text, trusted):
    text, signer = note(text, trusted)
    origin, size, root = text.split("\n")[:3]
    check(origin == signer and size == str(int(size)), "this is no checkpoint of that log")
    return int(size), unbase64(root)


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def included(entry, index, proof, size, root):  # RFC 9162 section 2.1.3.2
    check(0 <= index < size, "the leaf is not in the tree")
    at, last, found = index, size - 1, leaf(entry)
    for other in proof:
        check(last > 0 and len(other) == 32, "the proof is too long")
        if at & 1 or at == last:
            found = node(other, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, other)
        at, last = at >> 1, last >> 1
    check(last == 0 and found == root, "the proof does not lead to the checkpoint")


MEMBERS = {"format", "checkpoint", "index", "event", "proof", "personal", "closed"}


def proved(one, size, root):
    check(set(one) <= MEMBERS, f"members that nobody vouches for: {set(one) - MEMBERS}")
    check(type(one["index"]) is int, "the index is no number")
    included(one["event"].encode(), one["index"], [unbase64(h) for h in one["proof"]], size, root)
    committed = json.loads(one["event"]).get("personal", {})
    for name, detail in (one.get("personal") or {}).items():
        check(set(detail) == {"key", "value"}, f"{name} is not opened")
        key = bytes.fromhex(detail["key"])
        opened = hmac.new(key, detail["value"].encode(), hashlib.sha256).hexdigest()
        check(key.hex() == detail["key"] and opened == committed.get(name), f"{name} is not what leaf {one['index']} committed to")
    closed = {name: why for name, why in (one.get("closed") or {}).items() if why != "erased"}
    check(not closed, f"personal details of leaf {one['index']} do not open: {closed}")


def parsed(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


def notes(text):
    """Notes one after the other, or lines of JSON with a member `note`; and how many lines are no JSON object, as a crash leaves
    them behind: these are passed over."""
    if any(line.lstrip().startswith("{") for line in text.split("\n")):
        found = [parsed(line) for line in text.split("\n") if line.strip()]
        whole = [one["note"] for one in found if isinstance(one, dict)]
        return whole, len(found) - len(whole)
    found, lines = [], [line + "\n" for line in text.strip("\n").split("\n")]
    for i, line in enumerate(lines):
        if not found or (lines[i - 1].startswith("\u2014") and not line.startswith("\u2014")):
            found.append("")
        found[-1] += line
    return [one.lstrip("\n") for one in found if one.strip()], 0


def torn(lines):
    return f" ({lines} torn lines passed over)" if lines else ""


def tile_path(kind, index, width):
    path = f"{index % 1000:03}"
    while index := index // 1000:
        path = f"x{index % 1000:03}/{path}"
    return f"tile/{kind}/{path}" + (f".p/{width}" if width < 256 else "")


def folder(path, trusted, outside):
    """Works the whole tree out; every checkpoint that is known has to be its root at that size."""
    size, root = checkpoint((path / "checkpoint").read_text("utf-8"), trusted)
    older = path / "checkpoints"
    kept, lost = notes(older.read_bytes().decode("utf-8", "replace")) if older.exists() else ([], 0)
    known = [checkpoint(one, trusted) for one in kept]
    roots, edge = {}, []  # the edge: (height, hash), the greatest first
    wanted = {one[0] for one in known + outside} | {size}
    for bundle in range((size + 255) // 256):
        width = min(256, size - 256 * bundle)
        raw, tile = (path / tile_path("entries", bundle, width)).read_bytes(), (path / tile_path(0, bundle, width)).read_bytes()
        at, hashes = 0, []
        while at < len(raw):
            end = at + 2 + int.from_bytes(raw[at:at + 2], "big")
            check(end <= len(raw), f"bundle {bundle} is torn")
            hashes.append(leaf(raw[at + 2:end]))
            at = end
        for place in range(max(width, len(hashes))):
            right = place < width and hashes[place:place + 1] == [tile[32 * place:32 * place + 32]]
            check(right, f"leaf {256 * bundle + place} is missing or not the one in its tile")
            height, found = 0, hashes[place]
            while edge and edge[-1][0] == height:
                height, found = height + 1, node(edge.pop()[1], found)
            edge.append((height, found))
            if 256 * bundle + place + 1 in wanted:
                whole = edge[-1][1]
                for _, left in edge[-2::-1]:
                    whole = node(left, whole)
                roots[256 * bundle + place + 1] = whole
    for at, expected in sorted(known + outside + [(size, root)]):
        check(at <= size, f"the log was rewound: it has {size} leaves, a checkpoint has {at}")
        check(at == 0 or roots[at] == expected, f"the checkpoint of {at} leaves does not fit: the log was rewritten")
    return f"{size} leaves, {len(known)} checkpoints of its own and {len(outside)} others fit{torn(lost)}"


def manifest(path, text, trusted):
    text, signer = note(text, trusted)
    first, line = text.split("\n")[:2]
    about = json.loads(line)
    check(first == signer + "/export", "this is no manifest of that log")
    found = [f for f in (path.with_suffix(""), path.parent / pathlib.PurePath(about.get("file") or "-").name) if f.is_file()]
    check(found, "the file that it stands for does not lie beside it")
    digest = hashlib.sha256()
    with open(found[0], "rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    check(digest.hexdigest() == about["file_sha256"], f"{found[0].name} is not the file that was signed")
    labels = ", ".join(about.get("labels") or [])
    return f"{found[0].name}: {about.get('rows')} rows, as they were signed" + (f"; mere labels: {labels}" if labels else "")


def one_file(path, trusted, kept):
    raw = path.read_bytes()
    text = raw.decode("utf-8", "replace")  # a line that was torn midway may end within a letter
    if text.split("\n")[0].endswith("/export"):
        return manifest(path, raw.decode("utf-8"), trusted)
    if text.lstrip().startswith("{") and '"format"' in text:
        file = json.loads(raw.decode("utf-8"))
        size, root = checkpoint(file["checkpoint"], trusted)
        events = {"pulih-proof-1": lambda: [file], "pulih-pack-1": lambda: file["events"]}[file["format"]]()
        for one in events:
            proved(one, size, root)
        check(not file.get("unproved"), f"{len(file.get('unproved') or [])} events are in it that nothing proves")
        return f"{len(events)} events are in the log of {size} leaves"
    found, lost = notes(text)
    found = [checkpoint(one, trusted) for one in found]
    check(found, "there is nothing in it")
    kept.extend(found)
    return f"{len(found)} checkpoints are signed, the newest of {max(found)[0]} leaves{torn(lost)}"


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    wrong, kept, paths = 0, [], [pathlib.Path(name) for name in arguments[1:]]
    try:
        trusted = keys(arguments[0])
    except (ValueError, OSError) as error:
        sys.exit(f"{arguments[0]} holds no verifier key: {error}")
    for path in sorted(paths, key=pathlib.Path.is_dir):  # what folders are compared with comes first
        try:
            print(f"OK     {path}: " + (folder(path, trusted, kept) if path.is_dir() else one_file(path, trusted, kept)))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, RecursionError) as error:
            wrong, _ = 1, print(f"WRONG  {path}: {type(error).__name__}: {error}")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
