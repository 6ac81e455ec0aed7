import SweepWire

/// An invitation as text: one line of about 100 letters, in a file or on paper.
///
/// Its bytes: 1 for the version, 16 of the seed, 32 of the coordinator's public key, the address in
/// UTF-8, and the first 4 of a SHA-256 over all of that. They are written in base 64 with `-` and
/// `_`, without padding, behind `wj1.`.
package struct JoinCode: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// What opens every code.
    package static let prefix = "wj1."
    /// Bytes of a seed.
    package static let seedCount = 16

    /// `tcp://HOST:PORT`.
    package var address: String
    package var coordinator: PublicKey
    private let seed: [UInt8]

    /// A new invitation, of libsodium's randomness.
    package init(address: String, coordinator: PublicKey) {
        self.init(address: address, coordinator: coordinator, seed: Self.newSeed())
    }

    /// An invitation of a seed of 16 bytes.
    package init(address: String, coordinator: PublicKey, seed: [UInt8]) {
        self.address = address
        self.coordinator = coordinator
        self.seed = seed
    }

    /// 16 random bytes.
    package static func newSeed() -> [UInt8] { Sodium.random(seedCount) }

    /// The key pair under which the holder may enrol a key of its own.
    package var pair: KeyPair { KeyPair(invitation: seed) }

    /// The line.
    package var text: String {
        var bytes: [UInt8] = [1] + seed + coordinator.bytes + Array(address.utf8)
        bytes += Sodium.checksum(bytes)
        return Self.prefix + Base64.encode(bytes)
    }

    /// Reads a join file's content or a pasted line.
    ///
    /// - Parameters:
    ///   - text: lines that open with `#` and blanks are skipped.
    ///   - source: what it was read from, for messages.
    /// - Throws: `KeyProblem`, which shows nothing of the text.
    package init(_ text: String, source: String) throws(KeyProblem) {
        let code = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .joined().filter { !$0.isWhitespace }
        guard code.hasPrefix(Self.prefix) else {
            throw KeyProblem(
                .malformed,
                "\(source): is no join file of this version: expected a line that opens with "
                    + "\(Self.prefix); ask for one: windrow worker invite")
        }
        let damaged = KeyProblem(
            .malformed,
            "\(source): the join code is damaged: some of its letters are missing or wrong; "
                + "copy it again, all of the line")
        guard let bytes = Base64.decode(code.dropFirst(Self.prefix.count)), bytes.count > 53,
            bytes.first == 1, Sodium.checksum(Array(bytes.dropLast(4))) == Array(bytes.suffix(4)),
            let coordinator = PublicKey(bytes[17..<49]),
            let address = String(validating: bytes[49..<bytes.count - 4], as: UTF8.self)
        else { throw damaged }
        self.init(address: address, coordinator: coordinator, seed: Array(bytes[1..<17]))
    }

    /// The text of a join file.
    package func file(_ note: String) -> String {
        """
        # A Windrow join file: whoever has it may bring a machine into the cluster.
        # \(note)
        # On the machine: windrow worker start --join FILE
        \(text)

        """
    }

    package var description: String { "an invitation to \(address)" }
    package var customMirror: Mirror { Mirror(self, children: ["address": address]) }
}

/// Base 64 with `-` and `_`, without padding.
enum Base64 {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let chunk = bytes[position..<min(position + 3, bytes.count)]
            var bits = 0
            for offset in 0..<3 {
                let index = position + offset
                bits = bits << 8 | (index < bytes.count ? Int(bytes[index]) : 0)
            }
            for letter in 0...chunk.count { text.append(letters[bits >> (18 - 6 * letter) & 63]) }
            position += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes; nil for a letter that is none of them, or a length that cannot be.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits = 0
        var count = 0
        for letter in text.utf8 {
            guard let value = letters.firstIndex(of: letter) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> count & 255))
                bits &= 1 << count - 1
            }
        }
        return count < 6 && bits == 0 ? bytes : nil
    }
}
