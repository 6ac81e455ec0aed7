import ClusterKeys
import Glibc
import SweepWire
import ZeroMQ

/// How a worker reaches its coordinator, and proves who it is.
struct WorkerWay {
    let endpoint: Endpoint
    /// Whether it is this user's own coordinator on this machine.
    let isDefault: Bool
    let security: Socket.Security
    /// What the invitation says.
    var slots: Int?
    var tags: [String] = []

    /// Finds the way; enrols this machine's key first if it has to.
    ///
    /// - Parameters:
    ///   - connect: an endpoint; it goes before the one of a join file.
    ///   - join: a join file; `-` for standard input.
    /// - Throws: `OperatorError` that says what to do.
    init(
        connect: String?, join: String?, keys: KeyFolder, console: Console
    ) throws(OperatorError) {
        var code: JoinCode?
        if let join { code = try Self.read(join) }
        var file: KeyFile?
        do throws(KeyProblem) {
            if let code {
                file = try Self.ownKey(code, keys)
            } else {
                file = try Self.knownKey(for: connect, keys)
            }
        } catch {
            throw OperatorError(error.description, error.status)
        }
        isDefault = connect == nil && file == nil
        do {
            endpoint = try Endpoint(
                connect ?? file?.address ?? RuntimeFolder().endpoint, isBound: false)
        } catch {
            throw OperatorError(error.message, .usage)
        }
        guard endpoint.needsKeys else {
            security = .none
            return
        }
        guard var file, let coordinator = file.coordinator else {
            throw OperatorError(
                "\(endpoint.text): a coordinator on the network admits known keys only; ask its "
                    + "operator for a join file (windrow worker invite) and start with --join FILE",
                .usage)
        }
        if let code, !file.isEnrolled {
            let enrolled = try WorkerEnrolment(
                endpoint: endpoint, code: code, console: console
            ).enrol(file.pair.publicKey)
            file.isEnrolled = true
            file.slots = enrolled.slots
            file.tags = enrolled.tags
            do {
                try SecretFile.write(
                    file.text, to: keys.workerKey(host: Machine.host, coordinator: coordinator))
            } catch {
                throw OperatorError(error.description, error.status)
            }
        }
        slots = file.slots
        tags = file.tags
        security = .client(
            server: coordinator.bytes, publicKey: file.pair.publicKey.bytes,
            secret: file.pair.secret)
    }

    /// Reads a join file, or a pasted code.
    private static func read(_ path: String) throws(OperatorError) -> JoinCode {
        do throws(KeyProblem) {
            guard path == "-" else { return try JoinCode(SecretFile.read(path), source: path) }
            if isatty(0) == 1 {
                let prompt = Array("Paste the join code, and press Return: ".utf8)
                _ = write(2, prompt, prompt.count)
            }
            var text = ""
            while let line = readLine(strippingNewline: false) {
                text += line
                if line.hasPrefix(JoinCode.prefix) { break }
            }
            return try JoinCode(text, source: "standard input")
        } catch {
            throw OperatorError(error.description, error.status)
        }
    }

    /// This machine's key for the coordinator of an invitation; a new one at the first time.
    private static func ownKey(_ code: JoinCode, _ keys: KeyFolder) throws(KeyProblem) -> KeyFile {
        let path = keys.workerKey(host: Machine.host, coordinator: code.coordinator)
        do throws(KeyProblem) {
            var file = try KeyFile(path: path, expecting: .worker)
            file.address = code.address
            return file
        } catch {
            guard error.kind == .absent else { throw error }
        }
        try SecretFile.makeFolder(keys.path)
        let file = KeyFile(
            .worker, .random(), coordinator: code.coordinator, address: code.address)
        do {
            // Kept before anybody hears of it: a lost answer is asked for again, with the same key.
            try SecretFile.write(file.text, to: path, isNew: true)
        } catch {
            // Another worker of this machine was quicker.
            if let other = try? KeyFile(path: path, expecting: .worker) { return other }
            throw error
        }
        return file
    }

    /// A key that this machine has enrolled before, for a coordinator at an address.
    private static func knownKey(
        for connect: String?, _ keys: KeyFolder
    ) throws(KeyProblem) -> KeyFile? {
        guard let connect, connect.hasPrefix("tcp:") else { return nil }
        let found = try keys.workerKeys(host: Machine.host).filter(\.isEnrolled)
        return found.first { $0.address == connect } ?? (found.count == 1 ? found[0] : nil)
    }
}
