import ArgumentParser
import ClusterKeys
import Glibc
import SweepWire

extension ClusterCommand {
    /// `windrow cluster init`.
    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the keys of a coordinator and its operator, and a join file.",
            discussion: """
                Once, on the coordinator's machine. Nothing secret is printed; all files are \
                readable by you alone.
                """)

        /// Where coordinators listen unless another port is named.
        static let defaultPort: UInt16 = 7461

        @Option(
            help: ArgumentHelp(
                "By which name or address, and port, other machines reach this one (default: its "
                    + "own name, port 7461).", valueName: "host[:port]"))
        var address: String?

        @Flag(help: "Replace keys that are there; every machine must join anew.")
        var force = false

        @OptionGroup var keys: KeyOptions
        @OptionGroup var output: OutputOptions

        private struct Report: Encodable {
            var address: String
            var keys: String
            var joinFile: String
            var coordinator: String
        }

        func run() throws {
            let console = output.console
            let address: String
            do {
                address = try Self.endpoint(self.address ?? Machine.fullName)
            } catch {
                console.complain(error.message)
                throw ExitStatus.usage.code
            }
            let join: String
            let pair = KeyPair.random()
            do throws(KeyProblem) {
                join = try write(pair, address)
            } catch {
                console.complain(error.description)
                throw error.status.code
            }
            if output.json {
                try answer(
                    JSONText(
                        Report(
                            address: address, keys: keys.folder.path, joinFile: join,
                            coordinator: pair.publicKey.hexadecimal)
                    ).text)
            }
            let port = address[(address.lastIndex(of: ":") ?? address.startIndex)...]
            let option = keys.keys.map { " --keys \($0)" } ?? ""
            console.say("Made", "keys in \(keys.folder.path) for a coordinator at \(address)")
            console.say("Made", "\(join): whoever has it may bring machines into the cluster")
            console.say("Next", "windrow coordinator start --bind 'tcp://*\(port)'\(option)", .note)
            console.say(
                "Next", "on other machines, with that file: windrow worker start --join lab.join",
                .note)
        }

        /// `tcp://HOST:PORT` of `HOST` or `HOST:PORT`.
        static func endpoint(_ text: String) throws(InputError) -> String {
            let plain = text.hasPrefix("tcp://") ? String(text.dropFirst(6)) : text
            let full = "tcp://" + (plain.contains(":") ? plain : "\(plain):\(defaultPort)")
            _ = try Endpoint(full, isBound: false)
            guard !plain.hasPrefix("0.0.0.0") else {
                throw InputError(
                    "--address \(text): expected how other machines reach this one, as 10.0.0.1 or "
                        + "head.lab:7461")
            }
            return full
        }

        /// Writes the files.
        ///
        /// - Returns: the join file's path.
        private func write(_ pair: KeyPair, _ address: String) throws(KeyProblem) -> String {
            let folder = keys.folder
            try SecretFile.makeFolder(folder.path)
            let lock = try SecretFile.lock(
                folder.lock,
                "a coordinator that runs uses the keys in this folder; stop it first: "
                    + "windrow coordinator stop")
            defer { withExtendedLifetime(lock) {} }
            if !force, access(folder.coordinatorKey, F_OK) == 0 {
                throw KeyProblem(
                    .malformed,
                    "\(folder.coordinatorKey): there are keys already; to use them, start the "
                        + "coordinator, and invite machines with windrow worker invite; --force "
                        + "makes new ones, and then every machine must join anew")
            }
            let now = Double(time(nil))
            let operatorPair = KeyPair.random()
            let code = JoinCode(address: address, coordinator: pair.publicKey)
            var admission = Admission()
            admission.insert(
                .init(
                    operatorPair.publicKey, .operator, name: "\(Machine.user)@\(Machine.host)",
                    since: now))
            admission.insert(.init(code.pair.publicKey, .invitation, name: "lab", since: now))
            let join = folder.path + "/lab.join"
            try SecretFile.write(
                code.file("The invitation 'lab': for any number of machines, without end."),
                to: join)
            try admission.write(to: folder.admitted)
            try SecretFile.write(
                KeyFile(
                    .operator, operatorPair, coordinator: pair.publicKey, address: address
                ).text, to: folder.operatorKey)
            // The last one: a folder with a coordinator's key has all of them.
            try SecretFile.write(
                KeyFile(.coordinator, pair, coordinator: nil, address: address).text,
                to: folder.coordinatorKey)
            return join
        }
    }
}
