import Foundation
import Glibc
import Processes
import Testing

/// Daemons and operators of one test: a coordinator of its own, found by `XDG_RUNTIME_DIR`.
struct Daemons {
    let windrow: Windrow
    private let link: String

    init() throws {
        windrow = try Windrow()
        // Short enough for a socket's name, and this test's own.
        link = "/tmp/wd-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        symlink(windrow.folder.path, link)
    }

    var environment: [String] {
        ["XDG_RUNTIME_DIR=" + link, "XDG_CONFIG_HOME=" + windrow.folder.path + "/config"]
    }

    /// Runs a test's body, and leaves nothing behind.
    ///
    /// - Parameter options: of the coordinator.
    func run(_ options: [String] = [], _ body: (Daemons) throws -> Void) throws {
        defer { end() }
        _ = try startCoordinator(options)
        try body(self)
    }

    /// Ends what is left of the test's processes.
    func end() {
        for pid in windrow.processes(with: "windrow") { kill(pid, SIGKILL) }
        windrow.wait(until: "its processes are gone") { windrow.survivors().isEmpty }
        unlink(link)
    }

    /// A port of this machine that nobody listens on.
    static func freePort() throws -> UInt16 {
        let listener = Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener.number, address, size) == 0
                    ? getsockname(listener.number, address, &size) : -1
            }
        }
        guard result == 0 else { throw SystemError.last("find a free port") }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Starts a coordinator that answers.
    func startCoordinator(_ options: [String]) throws -> Windrow.Running {
        let coordinator = try windrow.start(
            ["coordinator", "start", "--store-root", "runs"] + options, environment: environment)
        try windrow.wait(until: "the coordinator answers") {
            try ask("coordinator", "info").code == 0
        }
        return coordinator
    }

    func start(_ arguments: String..., environment more: [String] = []) throws -> Windrow.Running {
        // Of two values of a variable the first would count.
        let own = environment.filter { variable in
            !more.contains { $0.prefix { $0 != "=" } == variable.prefix { $0 != "=" } }
        }
        return try windrow.start(arguments, environment: own + more)
    }

    @discardableResult
    func ask(_ arguments: String...) throws -> Windrow.Output {
        try windrow.start(arguments, environment: environment).output()
    }

    /// Waits until no worker's process is there any more, and the coordinator has read their
    /// farewells, which may be a moment later.
    func waitForNoWorker() throws {
        windrow.wait(until: "the workers have left") {
            windrow.processes(with: "worker\0start").isEmpty
        }
        try windrow.wait(until: "the coordinator knows that they have left") {
            try !ask("worker", "list", "--json").out.contains("\"state\"")
        }
    }

    /// Waits until a verb's answer holds a text.
    func wait(for text: String, _ arguments: String...) throws {
        try windrow.wait(until: "\(arguments) says '\(text)'") {
            try windrow.start(arguments, environment: environment).output().out.contains(text)
        }
    }
}
