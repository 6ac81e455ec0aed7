import ClusterKeys
import Glibc
import SweepView
import SweepWire
import ZeroMQ

/// Makes a machine join over ssh: copies this program there, and starts a worker.
struct Deployment: Sendable {
    var shell: RemoteShell
    /// The program to copy; nil: this one.
    var program: String?
    var slots: Int?
    var tags: [String] = []
    /// Options of `windrow worker start`, as they are.
    var manners: [String] = []
    var usesSystemd = false
    /// How the coordinator is asked.
    var ask: @Sendable (OperatorRequest.Verb) throws(OperatorError) -> OperatorReply.Body

    /// What was done.
    struct Outcome: Sendable {
        var worker: WorkerSummary
        var wasThere: Bool
        var wasCopied: Bool
        /// What the user should know beside.
        var warnings: [String]
    }

    /// What is known of the machine.
    private struct Facts {
        var values: [String: String] = [:]
        subscript(_ name: String) -> String { values[name] ?? "" }
    }

    /// Where the program is put.
    static let place = ".local/bin/windrow"
    /// Seconds by which clocks may differ before it is worth a word.
    private static let clockTolerance = 30.0
    /// Seconds until a worker that was started has joined.
    private static let patience = 20.0

    /// Does it, step by step.
    ///
    /// - Parameter tell: is told what is being done.
    func run(_ tell: (String) -> Void) throws(DeploymentProblem) -> Outcome {
        tell("looking at \(shell.name)")
        let facts = try probe()
        var warnings = try check(facts)
        let local = program ?? "/proc/self/exe"
        guard let digest = Digest.sha256(file: local) else {
            throw DeploymentProblem("\(local): cannot be read", .badInput)
        }
        let before = try workers()
        let isSame = facts["sha256"] == digest
        let there = before.first { $0.host == facts["host"] && $0.key != nil }
        if let there, isSame {
            return Outcome(worker: there, wasThere: true, wasCopied: false, warnings: warnings)
        }
        if !isSame {
            tell("copying windrow to \(shell.name)")
            try copy(local)
        }
        try checkProgram()
        if let there {
            _ = try request(.command(.stop(atOnce: false), selection: "\(there.number)"))
            warnings.append(
                "worker \(there.number) there has the old program: it goes when it has finished "
                    + "what runs")
        }
        tell("starting a worker on \(shell.name)")
        let code = try invite()
        do {
            try start(code)
        } catch {
            withdraw(code)
            throw error
        }
        // One that does not join in time goes on trying: its invitation stays, until it expires.
        let worker = try joined(facts["host"], knownBefore: Set(before.map(\.number)), code)
        withdraw(code)
        return Outcome(
            worker: worker, wasThere: false, wasCopied: !isSame, warnings: warnings)
    }

    // MARK: Steps

    private func probe() throws(DeploymentProblem) -> Facts {
        let script = """
            w() { printf 'windrow-fact %s=%s\\n' "$1" "$2"; }; \
            w system "$(uname -s)"; w machine "$(uname -m)"; w host "$(uname -n | cut -d. -f1)"; \
            w clock "$(date +%s)"; w libc "$(getconf GNU_LIBC_VERSION 2>/dev/null)"; \
            w sha256 "$(sha256sum "$HOME/\(Self.place)" 2>/dev/null | cut -d' ' -f1)"; \
            mkdir -p "$HOME/.local/bin" && test -w "$HOME/.local/bin" && w home ok; \
            w free "$(df -Pk "$HOME" | awk 'NR==2 {print $4}')"
            """
        let output = try shell.run("sh -c \(quoted(script))")
        var facts = Facts()
        // A shell's start-up files may print something, too.
        for line in output.out.split(separator: "\n") where line.hasPrefix("windrow-fact ") {
            let pair = line.dropFirst(13).split(separator: "=", maxSplits: 1)
            if pair.count == 2 { facts.values[String(pair[0])] = String(pair[1]) }
        }
        guard !facts["system"].isEmpty else {
            throw DeploymentProblem(
                "its shell runs no commands: expected a POSIX shell" + Self.last(output.err),
                .unreachable)
        }
        return facts
    }

    private func check(_ facts: Facts) throws(DeploymentProblem) -> [String] {
        guard facts["system"] == "Linux" else {
            throw DeploymentProblem(
                "it runs \(facts["system"]); expected Linux", .unreachable)
        }
        var own = utsname()
        uname(&own)
        let machine = withUnsafeBytes(of: own.machine) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if program == nil, facts["machine"] != machine {
            throw DeploymentProblem(
                "it is of the architecture \(facts["machine"]), and this program of \(machine): "
                    + "give one that was built for it with --program", .unreachable)
        }
        if let needed = GlibcVersion.needed(by: program ?? "/proc/self/exe") {
            guard let theirs = GlibcVersion(facts["libc"]) else {
                throw DeploymentProblem(
                    "its C library is not glibc; expected glibc \(needed) or newer", .unreachable)
            }
            guard theirs >= needed else {
                throw DeploymentProblem(
                    "its C library is glibc \(theirs), and windrow needs \(needed) or newer: build "
                        + "it on the oldest system of the lab (make dist), and give it with "
                        + "--program", .unreachable)
            }
        }
        guard facts["home"] == "ok" else {
            throw DeploymentProblem(
                "~/.local/bin cannot be written there", .notPermitted)
        }
        guard let clock = Double(facts["clock"]) else { return [] }
        let difference = clock - Double(time(nil))
        guard abs(difference) > Self.clockTolerance else { return [] }
        return [
            "its clock is \(words(forSeconds: abs(difference))) "
                + (difference > 0 ? "ahead" : "behind")
                + ": the column started_at will be wrong; set up NTP there"
        ]
    }

    private func copy(_ local: String) throws(DeploymentProblem) {
        let script = """
            cd "$HOME" && cat > \(Self.place).new && chmod 755 \(Self.place).new \
            && mv -f \(Self.place).new \(Self.place)
            """
        let output = try shell.run(
            "sh -c \(quoted(script))", input: .file(local), seconds: 600)
        guard output.code == 0 else {
            throw DeploymentProblem(
                "the program could not be copied" + Self.last(output.err), .unreachable)
        }
    }

    /// Whether the program runs there at all.
    private func checkProgram() throws(DeploymentProblem) {
        let output = try shell.run("\"$HOME/\(Self.place)\" --version")
        guard output.code != 0 else { return }
        let text = output.err
        if let name = text.split(separator: ":").first(where: { $0.contains(".so") }) {
            let library = name.split(separator: " ").last.map(String.init) ?? String(name)
            throw DeploymentProblem(
                "windrow lacks \(library) there: install it (on Debian libzmq5, libsodium23), or "
                    + "deploy the program of make dist, which brings it along: --program FILE",
                .unreachable)
        }
        throw DeploymentProblem("windrow does not run there" + Self.last(text), .unreachable)
    }

    private func invite() throws(DeploymentProblem) -> JoinCode {
        let seed = JoinCode.newSeed()
        let key = KeyPair(invitation: seed).publicKey
        var invitation = Invitation(key: key, name: key.id)
        invitation.slots = slots
        invitation.tags = tags
        invitation.lifetime = 600
        invitation.isOnce = true
        guard case .invited(let invited) = try request(.invite(invitation)) else {
            throw DeploymentProblem("the coordinator makes no invitation", .internalError)
        }
        return JoinCode(address: invited.address, coordinator: invited.coordinator, seed: seed)
    }

    /// Revokes an invitation by which nobody has come: a machine whose key is known needs none.
    private func withdraw(_ code: JoinCode) {
        let key = code.pair.publicKey
        guard case .keys(let keys)? = try? request(.keys),
            keys.contains(where: { $0.key == key && $0.enrolled == 0 })
        else { return }
        _ = try? request(.revoke(selection: key.id))
    }

    private func start(_ code: JoinCode) throws(DeploymentProblem) {
        var options = manners
        if let slots { options += ["--slots", "\(slots)"] }
        if !tags.isEmpty { options += ["--tags", tags.joined(separator: ",")] }
        let words = options.map(quoted).joined(separator: " ")
        let line =
            usesSystemd
            ? "sh -c \(quoted(WorkerUnit.installation(options: options)))"
            : "\"$HOME/\(Self.place)\" worker start --join - --detach \(words)"
        let output = try shell.run(line, input: .text(code.text + "\n"), seconds: 120)
        guard output.code == 0 else {
            let hint =
                usesSystemd && output.err.contains("bus")
                ? "; no systemd of this user answers there: leave --systemd out" : ""
            throw DeploymentProblem(
                "the worker did not start" + Self.last(output.err) + hint, .unreachable)
        }
    }

    private func joined(
        _ host: String, knownBefore: Set<Int>, _ code: JoinCode
    ) throws(DeploymentProblem) -> WorkerSummary {
        let deadline = EventLoop.now() + Self.patience
        repeat {
            if let worker = try workers().last(where: {
                $0.host == host && $0.key != nil && !knownBefore.contains($0.number)
            }) {
                return worker
            }
            poll(nil, 0, 100)
        } while EventLoop.now() < deadline
        throw DeploymentProblem(
            "a worker was started, and has not reached the coordinator at \(code.address): is that "
                + "address right as seen from there, and does a firewall let it through? It goes on "
                + "trying; its messages are in ~/.local/state/windrow there", .unreachable)
    }

    // MARK: The coordinator

    private func workers() throws(DeploymentProblem) -> [WorkerSummary] {
        guard case .workers(let list) = try request(.workers(selection: "")) else { return [] }
        return list
    }

    private func request(
        _ verb: OperatorRequest.Verb
    ) throws(DeploymentProblem) -> OperatorReply.Body {
        do {
            return try ask(verb)
        } catch {
            throw DeploymentProblem(error.message, error.status)
        }
    }

    private static func last(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline)
        return lines.last.map { ": " + ($0.hasPrefix("error: ") ? $0.dropFirst(7) : $0) } ?? ""
    }
}
