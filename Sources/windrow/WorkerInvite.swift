import ArgumentParser
import ClusterKeys
import Glibc
import SweepCore
import SweepWire

extension WorkerCommand {
    /// `windrow worker invite`.
    struct Invite: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a new machine join: print a join code, or write a join file.",
            discussion: """
                Whoever has the code may join: hand it over as you would a password. On the new \
                machine: windrow worker start --join FILE, or --join - and paste it. Each machine \
                makes a key of its own then; the code is not needed again.
                """)

        @Option(help: "What operators call the invitation (default: its key's id).")
        var name: String?

        @Option(help: "How many trials the new worker runs at once (default: its own choice).")
        var slots: Int?

        @Option(help: "Words that sweeps may require of the new worker: fast,gpu.")
        var tags: String?

        @Option(
            help: ArgumentHelp(
                "How long it is good for: 30s, 10m, 1h, 7d (default: without end).",
                valueName: "time"))
        var expires: String?

        @Flag(help: "For one machine only.")
        var once = false

        @Option(
            name: .shortAndLong,
            help: ArgumentHelp(
                "Write a join file here, readable by you alone.", valueName: "file"),
            completion: .file())
        var output: String?

        @OptionGroup var connection: ConnectOptions
        @OptionGroup var display: OutputOptions

        private var tagList: [String] {
            tags?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
        }

        func validate() throws {
            if let slots, !(1...4096).contains(slots) {
                throw ValidationError("--slots \(slots): expected 1 … 4096")
            }
            for tag in tagList where !Placement.isTag(tag) {
                throw ValidationError(
                    "--tags '\(tags ?? "")': expected words of \(Placement.tagRule), with commas "
                        + "between them")
            }
            if let expires, Lifetime(expires) == nil {
                throw ValidationError(
                    "--expires \(expires): expected a time such as \(Lifetime.form)")
            }
            if let name, !Endpoint.isHost(name) {
                throw ValidationError(
                    "--name '\(name)': expected letters, digits, '-', '_' and '.'")
            }
        }

        private struct Report: Encodable {
            var name: String
            var key: String
            var address: String
            var expires: Double?
            var once: Bool
            var joinFile: String?
            var joinCode: String?
        }

        func run() throws {
            let console = display.console
            let seed = JoinCode.newSeed()
            let key = KeyPair(invitation: seed).publicKey
            var invitation = Invitation(key: key, name: name ?? key.id)
            invitation.slots = slots
            invitation.tags = tagList
            invitation.lifetime = expires.flatMap { Lifetime($0)?.seconds }
            invitation.isOnce = once
            guard
                case .invited(let invited) = try connection.ask(
                    .invite(invitation), console: console)
            else { throw ExitStatus.internalError.code }
            let code = JoinCode(
                address: invited.address, coordinator: invited.coordinator, seed: seed)
            if let output {
                do throws(KeyProblem) {
                    try SecretFile.write(
                        code.file("The invitation '\(invitation.name)'\(terms)."), to: output)
                } catch {
                    console.complain(error.description)
                    throw error.status.code
                }
            }
            if display.json {
                try answer(
                    JSONText(
                        Report(
                            name: invitation.name, key: key.id, address: invited.address,
                            expires: invitation.lifetime, once: once, joinFile: output,
                            joinCode: output == nil ? code.text : nil)
                    ).text)
            } else if output == nil {
                try answer(code.text)
            }
            console.say("Invited", "'\(invitation.name)'\(terms), to \(invited.address)")
            console.say(
                "Next",
                output.map { "copy \($0) to the machine; there: windrow worker start --join FILE" }
                    ?? "on the machine: windrow worker start --join - and paste this line", .note)
        }

        private var terms: String {
            (once ? ", for one machine" : "") + (expires.map { ", for \($0)" } ?? "")
        }
    }

    /// `windrow worker revoke`.
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Admit keys no more, and cut off at once who uses them.",
            discussion: """
                What a revoked worker runs goes back to the queue, and no trial is blamed. A \
                machine that still has an open invitation could join again with a new key: revoke \
                that, too.
                """)

        @Argument(
            help: "A key's id or name (windrow worker list --admitted), or workers: 1-3, a host.")
        var selection: String

        @OptionGroup var connection: ConnectOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let console = output.console
            guard
                case .keys(let revoked) = try connection.ask(
                    .revoke(selection: selection), console: console),
                case .keys(let all) = try connection.ask(.keys, console: console)
            else { throw ExitStatus.internalError.code }
            try MembershipTable.show(keys: revoked, output)
            let now = Double(time(nil))
            let open = all.filter {
                $0.role == "invitation" && $0.revoked == nil && ($0.expires ?? .infinity) > now
                    && !($0.isOnce && $0.enrolled > 0)
            }
            guard revoked.contains(where: { $0.role == "worker" }), !open.isEmpty else { return }
            console.say(
                "Note",
                "open invitations: \(open.map(\.name).joined(separator: ", ")); who still has one "
                    + "of them can join again: windrow worker revoke \(open[0].name)", .warning)
        }
    }
}

/// A time in a few letters: `30s`, `10m`, `1h`, `7d`.
struct Lifetime {
    let seconds: Double

    static let form = "30s, 10m, 1h or 7d"

    /// Reads a time of at most ten years; nil for anything else.
    init?(_ text: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()),
            number > 0, Double(number) * unit <= 3650 * 86400
        else { return nil }
        seconds = Double(number) * unit
    }
}
