"""Writes the generated vectors of this folder; run by hand after a change of the protocol: python3 make_vectors.py

Shares nothing with the C++ code: hashlib, hmac and unicodedata of Python, the `cryptography` package (44 or newer, for
Argon2id, X25519, Ed25519, Poly1305, AES blocks), and HChaCha20, HSalsa20 and Salsa20 written out here from their papers.
Where a published vector exists (primitives.txt is only such) this file asserts that it agrees with it.
"""

import base64
import hashlib
import hmac
import pathlib
import struct
import unicodedata
import uuid

from cryptography.hazmat.primitives import poly1305
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

FOLDER = pathlib.Path(__file__).resolve().parent
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


# -- primitives --------------------------------------------------------------------------------------------------------


def sha256(data):
    return hashlib.sha256(data).digest()


def hmac_sha256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def hkdf(key, salt, info, size):
    pseudo = hmac_sha256(salt or bytes(32), key)
    out, block, counter = b"", b"", 1
    while len(out) < size:
        block = hmac_sha256(pseudo, block + info + bytes([counter]))
        out, counter = out + block, counter + 1
    return out[:size]


def rotate(value, bits):
    value &= 0xFFFFFFFF
    return (value << bits | value >> (32 - bits)) & 0xFFFFFFFF


def chacha_rounds(x):
    def quarter(a, b, c, d):
        x[a] = (x[a] + x[b]) & 0xFFFFFFFF
        x[d] = rotate(x[d] ^ x[a], 16)
        x[c] = (x[c] + x[d]) & 0xFFFFFFFF
        x[b] = rotate(x[b] ^ x[c], 12)
        x[a] = (x[a] + x[b]) & 0xFFFFFFFF
        x[d] = rotate(x[d] ^ x[a], 8)
        x[c] = (x[c] + x[d]) & 0xFFFFFFFF
        x[b] = rotate(x[b] ^ x[c], 7)

    for _ in range(10):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for a, b, c, d in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(a, b, c, d)


def hchacha20(key, nonce16):
    x = list(struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key) + struct.unpack("<4I", nonce16))
    chacha_rounds(x)
    return struct.pack("<8I", *(x[0:4] + x[12:16]))


def xchacha_encrypt(key, nonce24, plaintext, associated):
    inner = hchacha20(key, nonce24[:16])
    return nonce24 + ChaCha20Poly1305(inner).encrypt(bytes(4) + nonce24[16:], plaintext, associated)


def salsa_rounds(x):
    def quarter(a, b, c, d):
        x[b] ^= rotate(x[a] + x[d], 7)
        x[c] ^= rotate(x[b] + x[a], 9)
        x[d] ^= rotate(x[c] + x[b], 13)
        x[a] ^= rotate(x[d] + x[c], 18)

    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11)):
            quarter(a, b, c, d)
        for a, b, c, d in ((0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14)):
            quarter(a, b, c, d)


def salsa_state(key, input16):
    sigma, k, n = struct.unpack("<4I", b"expand 32-byte k"), struct.unpack("<8I", key), struct.unpack("<4I", input16)
    return [sigma[0], *k[:4], sigma[1], *n, sigma[2], *k[4:], sigma[3]]


def hsalsa20(key, input16):
    x = salsa_state(key, input16)
    salsa_rounds(x)
    return struct.pack("<8I", *(x[i] for i in (0, 5, 10, 15, 6, 7, 8, 9)))


def xsalsa20(key, nonce24, size):
    inner, out, counter = hsalsa20(key, nonce24[:16]), b"", 0
    while len(out) < size:
        start = salsa_state(inner, nonce24[16:] + struct.pack("<Q", counter))
        x = list(start)
        salsa_rounds(x)
        out += struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(x, start)))
        counter += 1
    return out[:size]


def seal(to, plaintext, ephemeral_secret):
    ephemeral = X25519PrivateKey.from_private_bytes(ephemeral_secret)
    public = ephemeral.public_key().public_bytes_raw()
    key = hsalsa20(ephemeral.exchange(X25519PublicKey.from_public_bytes(to)), bytes(16))
    stream = xsalsa20(key, hashlib.blake2b(public + to, digest_size=24).digest(), 32 + len(plaintext))
    ciphertext = bytes(a ^ b for a, b in zip(plaintext, stream[32:]))
    return public + poly1305.Poly1305.generate_tag(stream[:32], ciphertext) + ciphertext


def sign(seed, message):
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def sign_public(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def unlock_public(secret):
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


# -- protocol v1 -------------------------------------------------------------------------------------------------------


def variable(text):
    data = text.encode() if isinstance(text, str) else text
    return struct.pack(">I", len(data)) + data


def derive_keys(account, credential, salt):
    normal = unicodedata.normalize("NFKC", credential).encode()
    master = Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=65536).derive(normal)
    login = hkdf(master, b"", b"rightful/v1/login" + variable(account), 32)
    wrap = hkdf(master, b"", b"rightful/v1/wrap" + variable(account), 32)
    return normal, login, wrap


def root_keys(root):
    return hkdf(root, b"", b"rightful/v1/unlock", 32), hkdf(root, b"", b"rightful/v1/sign", 32)


def wrap_root(root, wrap_key, kind, account, nonce):
    unlock, seed = root_keys(root)
    associated = b"rightful/v1/root" + variable(account) + variable(kind) + unlock_public(unlock) + sign_public(seed)
    return xchacha_encrypt(wrap_key, nonce, root, associated)


def code_text(data):
    bits = int.from_bytes(data, "big")
    symbols = "".join(CROCKFORD[bits >> 5 * (31 - i) & 31] for i in range(32))
    return "-".join(symbols[i : i + 4] for i in range(0, 32, 4))


def recovery_key(code, account):
    return hkdf(code, b"", b"rightful/v1/recovery" + variable(account), 32)


def statement(request, account, unlock, nonce, time):
    return b"rightful/v1/request" + request.bytes + variable(account) + unlock + nonce + variable(time)


def service_text(label, request, account, digest):
    return label.encode() + request.bytes + variable(account) + digest


def payload_json(account, request, content, size, passphrase, created, not_after):
    escaped = account.replace("\\", "\\\\").replace('"', '\\"')
    text = (
        f'{{"v":1,"account":"{escaped}","request":"{request}","content_sha256":"{content.hex()}","size":{size},'
        f'"passphrase":"{passphrase}","created":"{created}","not_after":"{not_after}"}}'
    )
    return text.encode().ljust(1024)


def envelope_text(request, unlock, service, sealed, recovery):
    def b64(data):
        return base64.b64encode(data).decode()

    tail = "null"
    if recovery:
        tail = f'{{\n    "sign_key": "{b64(recovery[0])}",\n    "wrap": "{b64(recovery[1])}"\n  }}'
    return (
        f'{{\n  "rightful_envelope": 1,\n  "request": "{request}",\n  "unlock_key": "{b64(unlock)}",\n'
        f'  "service_key": "{b64(service)}",\n  "sealed": "{b64(sealed)}",\n  "recovery": {tail}\n}}\n'
    )


def ae2(passphrase, salt, plaintext):
    derived = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), salt, 1000, 66)
    counters = b"".join((1 + i).to_bytes(16, "little") for i in range((len(plaintext) + 15) // 16))
    stream = Cipher(algorithms.AES(derived[:32]), modes.ECB()).encryptor().update(counters)
    ciphertext = bytes(a ^ b for a, b in zip(plaintext, stream))
    return derived[64:], ciphertext, hmac.new(derived[32:64], ciphertext, hashlib.sha1).digest()[:10]


# -- the files ---------------------------------------------------------------------------------------------------------


def fixed(name, size):
    """Bytes that look random and are the same in every run."""
    return hashlib.shake_256(f"rightful test vector: {name}".encode()).digest(size)


def flip(data, at):
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


ORIGIN = "generated by make_vectors.py (Python, independent of the C++ code)"


class File:
    def __init__(self, name, purpose):
        self.path = FOLDER / name
        self.lines = [f"# {purpose}", "# Grammar: README.md in this folder.", ""]

    def case(self, comment, expect="ok", **fields):
        self.lines.append(f"comment: {comment}")
        for key, value in fields.items():
            self.lines.append(f"{key}: {value.hex() if isinstance(value, bytes) else value}")
        self.lines += [f"expect: {expect}", ""]

    def write(self):
        self.path.write_text("\n".join(self.lines), encoding="utf-8")


ANNA, BERND = "8c1f-anna-schmidt", "8c1f-anna-schmitt"
ODD = 'Ünï "quoted" \\ back/slash 漢字 🙂'


def credential_keys():
    file = File("credential_keys.txt", "Credential, account and salt to login proof and wrap key (credentials.md, 3 and 4).")
    salt, other_salt = fixed("salt", 16), fixed("other salt", 16)

    def good(comment, account, credential, salt):
        normal, login, wrap = derive_keys(account, credential, salt)
        file.case(f"{comment}; {ORIGIN}", account=account, credential=credential.encode(), salt=salt,
                  normalized=normal, login=login, wrap=wrap)

    good("plain ASCII", ANNA, "correct horse battery staple", salt)
    good("another account: all bytes differ", BERND, "correct horse battery staple", salt)
    good("another salt: all bytes differ", ANNA, "correct horse battery staple", other_salt)
    good("o and u with a combining diaeresis, as macOS types them", ANNA, "scho\u0308ne gru\u0308n", salt)
    good("the same precomposed, as Windows types them: the same keys as the case before", ANNA, "sch\u00f6ne gr\u00fcn", salt)
    good("ligature, full width, superscript, Kelvin sign, ideographic space", ANNA, "\ufb01ne \uff30\uff41\uff53\uff53 x\u00b2 \u212a\u3000", salt)
    good("hangul jamo, right-to-left, emoji with joiner, private use", ODD, "\u1112\u1161\u11ab \u05d0\u05d1 \U0001f469\u200d\U0001f4bb \ue000", salt)
    good("the longest: 1024 bytes", ANNA, "a" * 1024, salt)
    good("the character that grows most under NFKC, as often as fits", ANNA, "\ufdfa" * 341, salt)
    good("one byte", ANNA, " ", salt)
    assert derive_keys(ANNA, "scho\u0308ne gru\u0308n", salt) == derive_keys(ANNA, "sch\u00f6ne gr\u00fcn", salt)

    def bad(comment, credential, expect="invalid_argument"):
        file.case(comment, expect, account=ANNA, credential=credential, salt=salt)

    bad("empty", b"")
    bad("1025 bytes", b"a" * 1025, "limit_exceeded")
    bad("a line feed from a careless paste", b"secret\n")
    bad("NUL", b"a\x00b")
    bad("DEL", b"a\x7fb")
    bad("C1 control U+0085", b"a\xc2\x85b")
    bad("unassigned code point U+0378", "a\u0378".encode())
    bad("unassigned code point U+E0FFF in plane 14", "\U000e0fff".encode())
    bad("noncharacter U+FFFE", "\ufffe".encode())
    bad("overlong slash", b"\xc0\xaf")
    bad("surrogate U+D800 as three bytes", b"\xed\xa0\x80")
    bad("above U+10FFFF", b"\xf4\x90\x80\x80")
    bad("cut in the middle of a character", b"caf\xc3")
    bad("Latin-1", b"caf\xe9")
    file.write()


def requester_root():
    file = File("requester_root.txt", "A root, its public keys and its wraps (credentials.md, 5).")
    root, other = fixed("root", 32), fixed("other root", 32)
    key, nonce = fixed("wrap key", 32), fixed("wrap nonce", 24)
    unlock, seed = root_keys(root)
    publics = {"unlock_key": unlock_public(unlock), "sign_key": sign_public(seed)}
    for kind in ("password", "export_passphrase", "passkey_prf", "recovery"):
        for account in (ANNA, ODD):
            file.case(f"{kind}; {ORIGIN}", account=account, kind=kind, wrap_key=key, **publics,
                      wrapped=wrap_root(root, key, kind, account, nonce), root=root, unlock_secret=unlock)
    good = wrap_root(root, key, "password", ANNA, nonce)

    def bad(comment, **changes):
        fields = {"account": ANNA, "kind": "password", "wrap_key": key, **publics, "wrapped": good}
        file.case(comment, "not_authentic", **(fields | changes))

    other_unlock, other_seed = root_keys(other)
    bad("moved to another account", account=BERND)
    bad("moved to another kind", kind="recovery")
    bad("another wrap key", wrap_key=fixed("another wrap key", 32))
    bad("another unlock key in the account's row", unlock_key=unlock_public(other_unlock))
    bad("another sign key in the account's row", sign_key=sign_public(other_seed))
    bad("unlock key and sign key swapped", unlock_key=publics["sign_key"], sign_key=publics["unlock_key"])
    bad("a bit of the nonce", wrapped=flip(good, 0))
    bad("a bit of the ciphertext", wrapped=flip(good, 30))
    bad("a bit of the tag", wrapped=flip(good, 71))
    bad("one byte less", wrapped=good[:-1])
    bad("one byte more", wrapped=good + b"\x00")
    bad("nothing", wrapped=b"")
    forged = xchacha_encrypt(key, nonce, other, b"rightful/v1/root" + variable(ANNA) + variable("password")
                             + publics["unlock_key"] + publics["sign_key"])
    bad("authentic, but the root inside has other public keys", wrapped=forged)
    file.write()


def recovery_code():
    file = File("recovery_code.txt", "Recovery codes and package codes as typed, and the wrap key of a recovery code (credentials.md, 5 and 8).")
    data = fixed("recovery code", 20)
    text = code_text(data)

    def good(comment, typed, data):
        file.case(f"{comment}; {ORIGIN}", account=ANNA, typed=typed, canonical=code_text(data), wrap_key=recovery_key(data, ANNA))

    good("as shown", text, data)
    good("lower case", text.lower(), data)
    good("without hyphens", text.replace("-", ""), data)
    good("hyphens elsewhere", "-" + text.replace("-", "")[:31] + "--" + text[-1], data)
    good("all zero bits", code_text(bytes(20)), bytes(20))
    good("all one bits", code_text(b"\xff" * 20), b"\xff" * 20)
    good("O for 0, I and L for 1", "O" * 8 + "o" * 8 + "IiLl" * 4, bytes(10) + int("00001" * 16, 2).to_bytes(10, "big"))
    for comment, typed in (("31 characters", text[:-1]), ("33 characters", text + "0"), ("nothing", ""), ("only hyphens", "-" * 39),
                           ("the letter U", "U" + text[1:]), ("a space", text.replace("-", " ")), ("a full-width digit", "０" + text[1:])):
        file.case(comment, "invalid_argument", account=ANNA, typed=typed)
    file.write()


def request_statement():
    file = File("request_statement.txt", "What a requester signs to ask for an export (credentials.md, 7).")
    seed, unlock = fixed("sign seed", 32), unlock_public(fixed("unlock secret", 32))
    request, other_request = uuid.UUID("3d0f5a52-92f1-4c8e-9a39-6f1d2b7c8e01"), uuid.UUID("3d0f5a52-92f1-4c8e-9a39-6f1d2b7c8e02")
    nonce, time = fixed("nonce", 16), "2026-03-31T23:59:59.999Z"
    for account in (ANNA, ODD, "7"):
        encoded = statement(request, account, unlock, nonce, time)
        file.case(ORIGIN, request=request, account=account, unlock_key=unlock, nonce=nonce, time=time,
                  encoded=encoded, sign_seed=seed, sign_key=sign_public(seed), signature=sign(seed, encoded))
    encoded = statement(request, ANNA, unlock, nonce, time)
    signature = sign(seed, encoded)

    def bad(comment, **changes):
        fields = {"request": request, "account": ANNA, "unlock_key": unlock, "nonce": nonce, "time": time,
                  "sign_key": sign_public(seed), "signature": signature}
        file.case(comment, "not_authentic", **(fields | changes))

    bad("another request", request=other_request)
    bad("another account", account=BERND)
    bad("an account that is the beginning of the signed one", account=ANNA[:-1])
    bad("another unlock key: the package would be sealed to somebody else", unlock_key=unlock_public(fixed("attacker", 32)))
    bad("another nonce", nonce=fixed("another nonce", 16))
    bad("a millisecond later", time="2026-04-01T00:00:00.000Z")
    bad("another sign key", sign_key=sign_public(fixed("attacker", 32)))
    bad("a bit of R", signature=flip(signature, 0))
    bad("a bit of S", signature=flip(signature, 32))
    order = 2**252 + 27742317777372353535851937790883648493
    malleated = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    bad("S not reduced (RFC 8032, 5.1.7)", signature=malleated)
    bad("sign key of small order: it would accept everything", sign_key=bytes([1]) + bytes(31), signature=bytes([1]) + bytes(63))
    bad("the signature of a manifest", signature=sign(seed, service_text("rightful/v1/manifest", request, ANNA, sha256(encoded))))
    file.write()


def service_signature():
    file = File("service_signature.txt", "What the service signs for one export (envelope.md, 3).")
    seed = fixed("service seed", 32)
    request, digest = uuid.UUID("3d0f5a52-92f1-4c8e-9a39-6f1d2b7c8e01"), sha256(b"a manifest")
    for label in ("manifest", "envelope"):
        encoded = service_text(f"rightful/v1/{label}", request, ANNA, digest)
        file.case(ORIGIN, label=label, request=request, account=ANNA, digest=digest, encoded=encoded, sign_seed=seed,
                  service_key=sign_public(seed), signature=sign(seed, encoded))
    signature = sign(seed, service_text("rightful/v1/manifest", request, ANNA, digest))

    def bad(comment, **changes):
        fields = {"label": "manifest", "request": request, "account": ANNA, "digest": digest,
                  "service_key": sign_public(seed), "signature": signature}
        file.case(comment, "not_authentic", **(fields | changes))

    bad("a manifest's signature on an envelope", label="envelope")
    bad("another request", request=uuid.UUID(int=7))
    bad("another account", account=BERND)
    bad("another digest", digest=sha256(b"another manifest"))
    bad("another service", service_key=sign_public(fixed("attacker", 32)))
    file.write()


def server_keys():
    file = File("server_keys.txt", "What the server computes with its own keys (credentials.md, 6); not for clients.")
    keys = {name: fixed(f"server key {name}", 32) for name in ("enumeration", "verifier", "public-keys", "outer")}
    for typed in (ANNA, "", "nobody at all", ODD):
        message = variable(typed)
        file.case(ORIGIN, operation="salt", key=keys["enumeration"], typed=typed,
                  salt=hmac_sha256(keys["enumeration"], b"rightful/v1/salt" + message)[:16],
                  throttle=hmac_sha256(keys["enumeration"], b"rightful/v1/throttle" + message))
    login = fixed("login", 32)
    unlock, seed = root_keys(fixed("root", 32))
    for account in (ANNA, ODD):
        file.case(ORIGIN, operation="verifier", key=keys["verifier"], account=account, login=login,
                  verifier=hmac_sha256(keys["verifier"], b"rightful/v1/verifier" + variable(account) + login))
        text = b"rightful/v1/public-keys" + variable(account) + unlock_public(unlock) + sign_public(seed) + struct.pack(">I", 258)
        file.case(ORIGIN, operation="pk_mac", key=keys["public-keys"], account=account, unlock_key=unlock_public(unlock),
                  sign_key=sign_public(seed), version=258, pk_mac=hmac_sha256(keys["public-keys"], text))
        wrapped = wrap_root(fixed("root", 32), fixed("wrap key", 32), "password", account, fixed("wrap nonce", 24))
        context = b"rightful/v1/outer" + variable(account)
        outer = xchacha_encrypt(hkdf(login, keys["outer"], context, 32), fixed("outer nonce", 24), wrapped, context)
        file.case(ORIGIN, operation="outer", key=keys["outer"], account=account, login=login, outer=outer, wrapped=wrapped)
    context = b"rightful/v1/outer" + variable(ANNA)
    wrapped = wrap_root(fixed("root", 32), fixed("wrap key", 32), "password", ANNA, fixed("wrap nonce", 24))
    outer = xchacha_encrypt(hkdf(login, keys["outer"], context, 32), fixed("outer nonce", 24), wrapped, context)

    def bad(comment, **changes):
        fields = {"operation": "outer", "key": keys["outer"], "account": ANNA, "login": login, "outer": outer}
        file.case(comment, "not_authentic", **(fields | changes))

    bad("moved to another account", account=BERND)
    bad("the login proof of a wrong password", login=fixed("another login", 32))
    bad("a login proof of 31 bytes", login=login[:31])
    bad("no login proof", login=b"")
    bad("another K_outer: the database alone was stolen", key=fixed("another outer", 32))
    bad("a bit of the nonce", outer=flip(outer, 0))
    bad("a bit of the end", outer=flip(outer, len(outer) - 1))
    bad("cut", outer=outer[:39])
    file.write()


def envelope():
    file = File("envelope.txt", "envelope.json: taken apart, opened, refused (envelope.md).")
    request = uuid.UUID("3d0f5a52-92f1-4c8e-9a39-6f1d2b7c8e01")
    root, service_seed, ephemeral = fixed("root", 32), fixed("service seed", 32), fixed("ephemeral", 32)
    unlock, sign_seed = root_keys(root)
    service = sign_public(service_seed)
    to = unlock_public(unlock)
    passphrase, content = code_text(fixed("package code", 20)), sha256(b"encrypted entry")
    facts = {"request": request, "content": content, "size": 104857628, "passphrase": passphrase,
             "created": "2026-11-22T07:37:14.123Z", "not_after": "2026-12-22T07:37:14.123Z"}
    code = fixed("recovery code", 20)

    def text_value(text):
        return text.replace("\\", "\\\\").replace("\n", "\\n")

    def recovery_of(account):
        return sign_public(sign_seed), wrap_root(root, recovery_key(code, account), "recovery", account, fixed("recovery nonce", 24))

    def build(account=ANNA, label="rightful/v1/envelope", signer=service_seed, payload=None, signed_request=request,
              outer_request=request, seal_to=to, recovery=None, shown_key=None, shown_service=service):
        payload = payload or payload_json(account, **facts)
        signature = sign(signer, service_text(label, signed_request, account, sha256(payload)))
        sealed = seal(seal_to, payload + signature, ephemeral)
        return envelope_text(outer_request, shown_key or to, shown_service, sealed, recovery)

    for comment, account, recovery in (("with a recovery wrap", ANNA, recovery_of(ANNA)), ("without", ANNA, None),
                                       ("an account that must be escaped", ODD, None), ("the longest account", '"' * 128, None)):
        extra = {"recovery_code": code_text(code)} if recovery else {}
        file.case(f"{comment}; {ORIGIN}", envelope_text=text_value(build(account, recovery=recovery)), account=account,
                  service_key=service, unlock_secret=unlock, request=request, payload_text=text_value(payload_json(account, **facts).decode().rstrip()),
                  content_sha256=content, size=facts["size"], passphrase=passphrase, created=facts["created"],
                  not_after=facts["not_after"], **extra)

    def refuse(comment, text, expect="not_authentic", **changes):
        fields = {"account": ANNA, "service_key": service, "unlock_secret": unlock}
        file.case(comment, expect, envelope_text=text_value(text), **(fields | changes))

    good = build()
    refuse("opened for another account", good, account=BERND)
    refuse("another requester's keys", good, unlock_secret=fixed("attacker", 32))
    refuse("another service is expected", good, service_key=sign_public(fixed("attacker", 32)))
    refuse("made for another account and sealed to this one", build(account=BERND))
    refuse("made by another service that claims to be ours", build(signer=fixed("attacker", 32)))
    refuse("made by another service, honestly named", build(signer=fixed("attacker", 32), shown_service=sign_public(fixed("attacker", 32))))
    refuse("the envelope of another request: signature over another request", build(outer_request=uuid.UUID(int=7)))
    refuse("request differs inside", build(payload=payload_json(ANNA, **(facts | {"request": uuid.UUID(int=7)}))))
    refuse("account differs inside", build(payload=payload_json(BERND, **facts)))
    refuse("signed as a manifest", build(label="rightful/v1/manifest"))
    refuse("sealed to somebody else", build(seal_to=unlock_public(fixed("attacker", 32))))
    refuse("another unlock key is named", build(shown_key=unlock_public(fixed("attacker", 32))))
    sealed = base64.b64decode(good.split('"sealed": "')[1].split('"')[0])
    for comment, at in (("a bit of the ephemeral key", 3), ("a bit of the tag", 40), ("a bit of the ciphertext", 600), ("a bit of the signature", 1135)):
        refuse(comment, envelope_text(request, to, service, flip(sealed, at), None))
    plain = payload_json(ANNA, **facts).decode().rstrip()

    def odd_payload(comment, text):
        refuse("signed and sealed, but the payload " + comment, build(payload=text.encode().ljust(1024)))

    odd_payload("has version 2", plain.replace('"v":1', '"v":2'))
    odd_payload("has an unknown member", plain[:-1] + ',"x":1}')
    odd_payload("lacks a member", plain.replace('"size":104857628,', ""))
    odd_payload("has two members exchanged", plain.replace(f'"created":"{facts["created"]}","not_after":"{facts["not_after"]}"', f'"not_after":"{facts["not_after"]}","created":"{facts["created"]}"'))
    odd_payload("has white space", plain.replace('"v":1', '"v": 1'))
    odd_payload("has an upper-case hash", plain.replace(content.hex(), content.hex().upper()))
    odd_payload("has a lower-case code", plain.replace(passphrase, passphrase.lower()))
    odd_payload("has a size that is not exact in JavaScript", plain.replace("104857628", str(2**53)))
    odd_payload("has a size with a leading zero", plain.replace("104857628", "0104857628"))
    odd_payload("has a negative size", plain.replace("104857628", "-1"))
    odd_payload("has a time without milliseconds", plain.replace(".123Z", "Z"))
    odd_payload("has a time with an offset", plain.replace("07:37:14.123Z", "08:37:14.123+01:00"))
    odd_payload("has an empty account", plain.replace(ANNA, ""))
    odd_payload("has an escape that is not needed", plain.replace(ANNA, ANNA.replace("a", "\\u0061", 1)))
    odd_payload("is followed by text", plain + " x")
    odd_payload("is empty", "")

    def malformed(comment, text):
        refuse(comment, text, "invalid_argument")

    malformed("empty", "")
    malformed("not JSON", "READ-ME")
    malformed("version 2", good.replace('"rightful_envelope": 1', '"rightful_envelope": 2'))
    malformed("an unknown member", good.replace('  "recovery"', '  "x": 1,\n  "recovery"'))
    malformed("a member missing", good.replace(f'  "request": "{request}",\n', ""))
    malformed("a member twice", good.replace(f'  "request": "{request}",\n', f'  "request": "{request}",\n' * 2))
    malformed("an upper-case request", good.replace(str(request), str(request).upper()))
    malformed("white space inside", good.replace('": "', '":  "', 1))
    malformed("no line feed at the end", good[:-1])
    malformed("text after the end", good + "x")
    malformed("a sealed part that is one byte short", envelope_text(request, to, service, sealed[:-1], None))
    malformed("a sealed part that is one byte long", envelope_text(request, to, service, sealed + b"x", None))
    malformed("an unlock key of 31 bytes", envelope_text(request, to[:31], service, sealed, None))
    malformed("base64 with a bit that is not used", good.replace(base64.b64encode(to).decode(), base64.b64encode(to).decode()[:-2] + "B="))
    malformed("a recovery wrap of 71 bytes", build(recovery=(recovery_of(ANNA)[0], recovery_of(ANNA)[1][:-1])))
    malformed("a recovery that is true", good.replace("null", "true"))
    refuse("larger than 8 KiB", good + " " * 8192, "limit_exceeded")
    file.write()


def ae2_entries():
    file = File("ae2.txt", "The bytes of WinZip AE-2 entries, strength 3 (package.md, encrypted entry).")
    salt, passphrase = fixed("ae2 salt", 16), code_text(fixed("package code", 20))
    for size in (0, 1, 15, 16, 17, 255, 256, 257, 1000):
        plaintext = fixed("ae2 plaintext", size)
        verifier, ciphertext, mac = ae2(passphrase, salt, plaintext)
        file.case(f"{size} bytes; {ORIGIN}", passphrase=passphrase, salt=salt, verifier=verifier, plaintext=plaintext,
                  ciphertext=ciphertext, mac=mac)
    verifier, ciphertext, mac = ae2(passphrase, salt, fixed("ae2 plaintext", 100))

    def bad(comment, **changes):
        fields = {"passphrase": passphrase, "salt": salt, "verifier": verifier, "ciphertext": ciphertext, "mac": mac}
        file.case(comment, "not_authentic", **(fields | changes))

    bad("another passphrase", passphrase=code_text(fixed("another code", 20)))
    bad("the passphrase without hyphens is another passphrase", passphrase=passphrase.replace("-", ""))
    bad("an empty passphrase", passphrase="")
    bad("another salt", salt=flip(salt, 0))
    bad("another verifier", verifier=flip(verifier, 1))
    bad("a bit of the ciphertext", ciphertext=flip(ciphertext, 50))
    bad("one byte less", ciphertext=ciphertext[:-1])
    bad("a bit of the MAC", mac=flip(mac, 9))
    # A wrong passphrase that passes the two verifier bytes, so that only the MAC can tell: some pair among a few hundred.
    seen = {}
    for number in range(5000):
        candidate = code_text(fixed(f"collision {number}", 20))
        first = seen.setdefault(hashlib.pbkdf2_hmac("sha1", candidate.encode(), salt, 1000, 66)[64:], candidate)
        if first != candidate:
            verifier, ciphertext, mac = ae2(first, salt, fixed("ae2 plaintext", 100))
            bad("a wrong passphrase with the same verifier", passphrase=candidate, verifier=verifier, ciphertext=ciphertext, mac=mac)
            break
    file.write()


def check_primitives():
    """The published vectors, so that what is generated above rests on them too."""
    blocks = (FOLDER / "primitives.txt").read_text().split("\n\n")
    for block in blocks:
        case = dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in block.splitlines() if not line.startswith("#") and line)
        if not case:
            continue
        data = {key: bytes.fromhex(value) for key, value in case.items() if key not in ("comment", "operation", "expect", "rounds", "size", "password")}
        result = {
            "sha256": lambda: sha256(data["message"]),
            "hmac_sha256": lambda: hmac_sha256(data["key"], data["message"]),
            "hkdf_sha256": lambda: hkdf(data["key"], data["salt"], data["info"], int(case["size"])),
            "pbkdf2_hmac_sha1": lambda: hashlib.pbkdf2_hmac("sha1", case["password"].encode(), data["salt"], int(case["rounds"]), int(case["size"])),
            "ed25519": lambda: sign_public(data["seed"]) + sign(data["seed"], data["message"]),
            "x25519_base": lambda: unlock_public(data["secret"]),
            "xchacha20poly1305": lambda: xchacha_encrypt(data["key"], data["nonce"], data["message"], data["associated"])[24:],
        }[case["operation"]]()
        assert result == data["result"], case["comment"]
    # NaCl, "Cryptography in NaCl" (2009), section 8: HSalsa20 of the shared secret of Alice and Bob.
    shared = bytes.fromhex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
    assert hsalsa20(shared, bytes(16)).hex() == "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389"


if __name__ == "__main__":
    check_primitives()
    credential_keys()
    requester_root()
    recovery_code()
    request_statement()
    service_signature()
    server_keys()
    envelope()
    ae2_entries()
