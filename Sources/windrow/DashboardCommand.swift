import ArgumentParser
import Glibc
import SweepDashboard
import SweepView
import SweepWire
import ZeroMQ

/// `windrow dashboard`: a page that shows sweeps as they run.
struct DashboardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dashboard", abstract: "Serve a page that shows sweeps as they run.",
        discussion: """
            Prints the page's address, and serves it until Ctrl-C; ending it changes nothing. What \
            trials have left is read from their stores, so it belongs on the coordinator's machine. \
            /metrics is for Prometheus. On loopback everybody with an account on this machine can \
            read the page; give a token to change that. The token of another --bind comes from \
            --token-file or --new-token, or from the variable \(Self.variable). \
            Exit codes: 0 ended, 64 usage, 69 no coordinator, or the port is taken.
            """)

    @Option(help: "The port; 0 takes any that is free.")
    var port: UInt16 = 8650

    @Option(help: "The IP address to listen at; any but loopback wants a token.")
    var bind = "127.0.0.1"

    @Option(
        help: ArgumentHelp("A file whose first line is the token.", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @Flag(help: "Make a token, and print it with the address.")
    var newToken = false

    @OptionGroup var connection: ConnectOptions
    @OptionGroup var output: OutputOptions

    private static let variable = "WINDROW_DASHBOARD_TOKEN"

    /// An answer for another program.
    private struct Report: Encodable {
        var url: String
        var port: Int
        var token: String?
    }

    func validate() throws {
        guard Self.isAddress(address) else {
            throw ValidationError(
                "--bind \(bind): expected an IP address such as 127.0.0.1, 0.0.0.0 or ::1")
        }
        guard tokenFile == nil || !newToken else {
            throw ValidationError("--token-file and --new-token: expected one of them")
        }
    }

    /// The address to listen at.
    private var address: String { bind == "localhost" ? "127.0.0.1" : bind }

    private static func isAddress(_ text: String) -> Bool {
        var room = in6_addr()
        return inet_pton(AF_INET, text, &room) == 1 || inet_pton(AF_INET6, text, &room) == 1
    }

    private var isLoopback: Bool { address.hasPrefix("127.") || address == "::1" }

    /// The token, and whether it was made now.
    private func token() throws -> String? {
        if newToken {
            var generator = SystemRandomNumberGenerator()
            return DashboardAccess.randomWord(using: &generator)
        }
        let given: (text: String, source: String)?
        if let tokenFile {
            given = (try Self.firstLine(of: tokenFile), tokenFile)
        } else {
            given = getenv(Self.variable).map { (String(cString: $0), Self.variable) }
        }
        guard let given else {
            guard isLoopback else {
                throw InputError(
                    "--bind \(bind): whoever reaches this address could read every sweep; it wants "
                        + "a token: --new-token makes one, --token-file FILE reads one, and so does "
                        + "the variable \(Self.variable)")
            }
            return nil
        }
        if let problem = DashboardAccess.problem(ofToken: given.text) {
            throw InputError("\(given.source): this cannot be a token: \(problem)")
        }
        return given.text
    }

    private static func firstLine(of path: String) throws(InputError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw InputError("\(path): cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & 0o077 == 0 else {
            throw InputError(
                "\(path): others on this machine may read the token; chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else {
            throw InputError("\(path): cannot be read: \(String(cString: strerror(errno)))")
        }
        let line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }
        return String(decoding: line, as: UTF8.self).trimmed
    }

    func run() async throws {
        let console = output.console
        let token: String?
        do {
            token = try self.token()
        } catch let error as InputError {
            console.complain(error.message)
            throw ExitStatus.usage.code
        }
        let eye = CoordinatorEye(connection)
        let first: ClusterSnapshot
        do throws(OperatorError) {
            first = try eye.look(patience: 15)
        } catch {
            console.complain(error.message)
            throw error.status.code
        }
        var generator = SystemRandomNumberGenerator()
        let access = DashboardAccess(
            token: token, session: DashboardAccess.randomWord(using: &generator))
        let interruptions = try Interruptions.stream()
        Task { for await _ in interruptions { Glibc.exit(0) } }
        do throws(DashboardServer.Trouble) {
            let server = try DashboardServer(
                address: address, port: port, access: access, first: first,
                now: { EventLoop.now() },
                look: { () throws(DashboardServer.Trouble) in
                    do throws(OperatorError) {
                        return try eye.look(patience: 3)
                    } catch {
                        throw DashboardServer.Trouble(error.message)
                    }
                })
            try await server.run { [self] port in tell(port, token, console) }
        } catch {
            console.complain(
                "--bind \(bind) --port \(port): \(error.reason); another --port may be free, and "
                    + "--port 0 takes one that is")
            throw ExitStatus.unreachable.code
        }
    }

    /// Says where the page is.
    private func tell(_ port: UInt16, _ token: String?, _ console: Console) {
        let host =
            ["0.0.0.0", "::"].contains(address)
            ? Machine.host : address.contains(":") ? "[\(address)]" : address
        let url = "http://\(host):\(port)/" + (newToken ? "?token=\(token ?? "")" : "")
        let text =
            output.json
            ? JSONText(
                Report(url: url, port: Int(port), token: newToken ? token : nil)
            ).text : url
        guard (try? answer(text)) != nil else { Glibc.exit(ExitStatus.internalError.rawValue) }
        if token != nil, !newToken {
            console.say("Next", "open \(url)?token=… with your token", .note)
        }
        console.say("Serving", "until Ctrl-C; sweeps go on without it", .note)
    }
}
