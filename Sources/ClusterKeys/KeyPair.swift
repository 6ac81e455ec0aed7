import CSodium
import SweepWire

/// A CURVE key pair: what proves to the other side who one is.
///
/// It describes itself by its public half only, so that no message ever shows the secret one.
package struct KeyPair: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The half that others may know.
    package let publicKey: PublicKey
    /// The 32 bytes that nobody else may know.
    package let secret: [UInt8]

    /// A new pair, of libsodium's randomness.
    package static func random() -> KeyPair {
        var publicBytes = [UInt8](repeating: 0, count: PublicKey.count)
        var secret = publicBytes
        Sodium.start()
        crypto_box_keypair(&publicBytes, &secret)
        return KeyPair(publicBytes, secret)
    }

    /// The pair that a secret half belongs to; nil unless it has 32 bytes.
    package init?(secret: [UInt8]) {
        guard secret.count == PublicKey.count else { return nil }
        var publicBytes = [UInt8](repeating: 0, count: PublicKey.count)
        Sodium.start()
        crypto_scalarmult_base(&publicBytes, secret)
        self.init(publicBytes, secret)
    }

    /// The pair of an invitation: whoever has the seed has the pair.
    ///
    /// - Parameter seed: 16 random bytes.
    package init(invitation seed: [UInt8]) {
        Sodium.start()
        let text = Array("windrow invitation 1".utf8) + seed
        var hash = [UInt8](repeating: 0, count: PublicKey.count)
        crypto_hash_sha256(&hash, text, UInt64(text.count))
        var publicBytes = hash
        var secret = hash
        crypto_box_seed_keypair(&publicBytes, &secret, hash)
        self.init(publicBytes, secret)
    }

    private init(_ publicBytes: [UInt8], _ secret: [UInt8]) {
        publicKey = PublicKey(padding: publicBytes)
        self.secret = secret
    }

    package var description: String { publicKey.id }
    package var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey.id]) }
}

/// libsodium, as far as keys need it.
enum Sodium {
    /// Makes it ready; may be called again, from any thread.
    static func start() { _ = sodium_init() }

    /// Random bytes.
    static func random(_ count: Int) -> [UInt8] {
        start()
        var bytes = [UInt8](repeating: 0, count: count)
        randombytes_buf(&bytes, count)
        return bytes
    }

    /// The first four bytes of a SHA-256, to notice a letter that was lost on the way.
    static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        crypto_hash_sha256(&hash, bytes, UInt64(bytes.count))
        return Array(hash.prefix(4))
    }
}
