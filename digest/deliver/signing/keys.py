"""Private keys: the only door to the library that makes and uses them.

RSA keys have 2,048 bits or more (RFC 8301 section 3.2) and sign by PKCS #1 v1.5; Ed25519 signs the
hash as if it were the message (RFC 8463 section 3). Both sign the same bytes alike each time.
"""

from base64 import b64encode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from digest.deliver.signing.dkim import Algorithm, DkimKey

MIN_BITS = 2048

_PADDING, _HASH = PKCS1v15(), Prehashed(hashes.SHA256())


class KeyUnfitError(ValueError):
    """The text is no key that can sign mail. The message says why."""


def read_key(pem: bytes, *, domain: str, selector: str) -> DkimKey:
    """A key from its PEM text, PKCS #8 or PKCS #1, without a passphrase.

    :raises KeyUnfitError: with the reason, when it cannot sign.
    """
    private = _loaded(pem)
    if isinstance(private, Ed25519PrivateKey):
        return DkimKey(
            domain=domain,
            selector=selector,
            algorithm=Algorithm.ED25519,
            public=b64encode(private.public_key().public_bytes_raw()),
            sign=private.sign,
        )
    if private.key_size < MIN_BITS:
        message = f"is an RSA key of {private.key_size} bits, and receivers ask for {MIN_BITS}"
        raise KeyUnfitError(message)
    der = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return DkimKey(
        domain=domain,
        selector=selector,
        algorithm=Algorithm.RSA,
        public=b64encode(der),
        sign=lambda digest: private.sign(digest, _PADDING, _HASH),
    )


def new_key(algorithm: Algorithm) -> bytes:
    """A new private key as PEM text (PKCS #8)."""
    private = (
        Ed25519PrivateKey.generate()
        if algorithm is Algorithm.ED25519
        else generate_private_key(public_exponent=65537, key_size=MIN_BITS)
    )
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _loaded(pem: bytes) -> RSAPrivateKey | Ed25519PrivateKey:
    if b"PUBLIC KEY-----" in pem:
        raise KeyUnfitError("is a public key, and mail is signed with the private one")
    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise KeyUnfitError("is protected by a passphrase, which nobody could type") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnfitError("is no private key in PEM form") from error
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise KeyUnfitError("is a key of another kind than RSA and Ed25519, which DKIM knows")
    return private
