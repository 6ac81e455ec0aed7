import SweepWire

/// One key pair on disk, with what its owner needs beside it to reach a coordinator.
///
/// A file of lines `name value`; lines that open with `#` are for people.
package struct KeyFile: Sendable, Hashable {
    /// Whose key it is.
    package enum Owner: String, Sendable, CaseIterable {
        case coordinator
        case `operator`
        case worker
    }

    package var owner: Owner
    package var pair: KeyPair
    /// The coordinator's public key; nil in the coordinator's own file.
    package var coordinator: PublicKey?
    /// Where the coordinator is reached: `tcp://HOST:PORT`.
    package var address: String
    /// A worker's slots, if its invitation names a number.
    package var slots: Int?
    /// A worker's tags, if its invitation names some.
    package var tags: [String] = []
    /// Whether a worker's key is known to be admitted.
    package var isEnrolled = false

    package init(_ owner: Owner, _ pair: KeyPair, coordinator: PublicKey?, address: String) {
        self.owner = owner
        self.pair = pair
        self.coordinator = coordinator
        self.address = address
    }

    /// Reads a key file.
    ///
    /// - Throws: `KeyProblem`, which shows nothing of the file's content.
    package init(path: String, expecting owner: Owner) throws(KeyProblem) {
        let text = try SecretFile.read(path)
        var values: [Substring: Substring] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        where !line.isEmpty && !line.hasPrefix("#") {
            guard let blank = line.firstIndex(of: " ") else {
                throw KeyProblem(.malformed, "\(path):\(number + 1): expected a name and a value")
            }
            values[line[..<blank]] = line[line.index(after: blank)...]
        }
        guard values["windrow-key"] == "1" else {
            throw KeyProblem(.malformed, "\(path): is no key file of this version of windrow")
        }
        guard let word = values["owner"], let known = Owner(rawValue: String(word)) else {
            throw KeyProblem(
                .malformed, "\(path): 'owner': expected coordinator, operator or worker")
        }
        guard known == owner else {
            throw KeyProblem(
                .malformed,
                "\(path): is the key of a \(known.rawValue), not of "
                    + "\(owner == .operator ? "an" : "a") \(owner.rawValue)")
        }
        guard let digits = values["secret"], let secret = bytesOf(hexadecimal: digits),
            let pair = KeyPair(secret: secret)
        else { throw KeyProblem(.malformed, "\(path): 'secret': expected 64 hexadecimal digits") }
        self.owner = owner
        self.pair = pair
        address = values["address"].map(String.init) ?? ""
        coordinator = values["coordinator-key"].flatMap { PublicKey(hexadecimal: $0) }
        guard coordinator != nil || owner == .coordinator else {
            throw KeyProblem(
                .malformed, "\(path): 'coordinator-key': expected 64 hexadecimal digits")
        }
        slots = values["slots"].flatMap { Int($0) }
        tags = values["tags"]?.split(separator: ",").map(String.init) ?? []
        isEnrolled = values["enrolled"] == "yes"
    }

    /// The file's text.
    package var text: String {
        var lines = [
            "# The secret key of a Windrow \(owner.rawValue). Nobody else may read this file.",
            "windrow-key 1", "owner \(owner.rawValue)", "address \(address)",
            "secret \(hexadecimalDigits(pair.secret))",
        ]
        if let coordinator { lines.append("coordinator-key \(coordinator.hexadecimal)") }
        if let slots { lines.append("slots \(slots)") }
        if !tags.isEmpty { lines.append("tags \(tags.joined(separator: ","))") }
        if isEnrolled { lines.append("enrolled yes") }
        return lines.joined(separator: "\n") + "\n"
    }
}
