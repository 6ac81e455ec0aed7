import Processes

/// A machine that the user's own `ssh` reaches.
struct RemoteShell: Sendable {
    /// `HOST` or `USER@HOST`, as `ssh` takes it.
    let host: String
    var port: UInt16?
    /// An `ssh_config` in place of the user's own.
    var configuration: String?

    /// What a command left behind.
    struct Output: Sendable {
        var code: Int32
        var out: String
        var err: String
    }

    /// Seconds to find the machine.
    private static let connectTimeout = 10

    /// Reads `[USER@]HOST[:PORT]`.
    ///
    /// - Throws: `InputError` for anything that `ssh` could take for an option.
    init(_ text: String, configuration: String? = nil) throws(InputError) {
        let wrong = InputError(
            "'\(text)': expected a machine as ssh knows it: HOST, USER@HOST or HOST:PORT")
        var name = Substring(text)
        if let colon = text.lastIndex(of: ":") {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else {
                throw wrong
            }
            port = number
            name = text[..<colon]
        }
        let parts = name.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.allSatisfy(Endpoint.isHost) else { throw wrong }
        host = String(name)
        self.configuration = configuration
    }

    /// The name in messages.
    var name: String { port.map { "\(host):\($0)" } ?? host }

    /// Runs a line of shell there.
    ///
    /// Nothing secret belongs into the line: `ps` shows it on both sides.
    ///
    /// - Throws: `DeploymentProblem` when the machine cannot be reached, in words for the user.
    func run(
        _ line: String, input: CapturedRun.Input = .nothing, seconds: Double = 60
    ) throws(DeploymentProblem) -> Output {
        var arguments = [
            "ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=\(Self.connectTimeout)",
        ]
        if let configuration { arguments += ["-F", configuration] }
        if let port { arguments += ["-p", "\(port)"] }
        arguments += ["--", host, line]
        let run: CapturedRun
        do {
            run = try CapturedRun(arguments, input: input, seconds: seconds)
        } catch {
            throw DeploymentProblem(error.description, .internalError)
        }
        guard let code = run.code else {
            throw unreachable("timed out: no end within \(Int(seconds)) s")
        }
        let output = Output(code: code, out: run.out, err: run.err)
        // 255 is ssh's own.
        guard output.code != 255 else { throw unreachable(output.err) }
        return output
    }

    /// What ssh's own complaint means, and what to do.
    private func unreachable(_ complaint: String) -> DeploymentProblem {
        let text = complaint.lowercased()
        let last = complaint.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        let port = self.port.map { " -p \($0)" } ?? ""
        let advice: String
        if text.contains("host key verification failed") {
            advice =
                "its host key is not the known one, or not known yet: look at it, and accept it "
                + "by hand once: ssh\(port) \(host)"
        } else if text.contains("permission denied") || text.contains("too many authentication") {
            advice =
                "ssh has no key that is accepted there, and no password is asked for: "
                + "ssh-copy-id\(port) \(host), or load the key into an ssh-agent"
        } else if text.contains("could not resolve") {
            advice = "there is no machine of this name"
        } else if text.contains("no route") || text.contains("unreachable") {
            advice = "there is no route to it: is it switched on, and in this network?"
        } else if text.contains("refused") {
            advice = "nothing listens at its ssh port: is sshd running, and is the port right?"
        } else if text.contains("timed out") {
            advice = "it does not answer: is it switched on, and does a firewall let ssh through?"
        } else {
            advice = "ssh cannot run a command there: try ssh\(port) \(host) true"
        }
        return DeploymentProblem(advice + (last.isEmpty ? "" : " (\(last))"), .unreachable)
    }
}

/// Why a machine could not be made to join.
struct DeploymentProblem: Error, Sendable {
    var message: String
    var status: ExitStatus

    init(_ message: String, _ status: ExitStatus) {
        self.message = message
        self.status = status
    }
}

/// A word for a line of shell.
func quoted(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
        + "'"
}
