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

    var environment: [String] { ["XDG_RUNTIME_DIR=" + link] }

    /// Runs a test's body, and leaves nothing behind.
    func run(_ body: (Daemons) throws -> Void) throws {
        defer {
            for pid in windrow.processes(with: "windrow") { kill(pid, SIGKILL) }
            windrow.wait(until: "its processes are gone") { windrow.survivors().isEmpty }
            unlink(link)
        }
        _ = try start("coordinator", "start", "--store-root", "runs")
        try windrow.wait(until: "the coordinator answers") {
            try ask("coordinator", "info").code == 0
        }
        try body(self)
    }

    func start(_ arguments: String..., environment more: [String] = []) throws -> Windrow.Running {
        try windrow.start(arguments, environment: environment + more)
    }

    @discardableResult
    func ask(_ arguments: String...) throws -> Windrow.Output {
        try windrow.start(arguments, environment: environment).output()
    }

    /// Waits until a verb's answer holds a text.
    func wait(for text: String, _ arguments: String...) throws {
        try windrow.wait(until: "\(arguments) says '\(text)'") {
            try windrow.start(arguments, environment: environment).output().out.contains(text)
        }
    }
}
