import Foundation
import Glibc
import Processes
import Testing

/// The built program, run as a person would: real files, real processes, real sockets.
struct Windrow {
    /// An empty folder of this test's own, removed with it.
    let folder: Folder
    /// Marks every process that comes of this test.
    let mark = "WINDROW_TEST=\(UUID().uuidString)"

    init() throws { folder = try Folder() }

    /// What a finished run left behind.
    struct Output {
        var code: Int32?
        var signal: Int32?
        var out: String
        var err: String
    }

    /// A run that goes on.
    struct Running {
        let child: ChildProcess
        let out: String
        fileprivate let err: String

        /// Waits for its end.
        func output() -> Output {
            let exit = child.wait()
            let text = { (path: String) in
                (try? String(contentsOfFile: path, encoding: .utf8)) ?? "not UTF-8"
            }
            switch exit {
            case .code(let code): return Output(code: code, out: text(out), err: text(err))
            case .signal(let number): return Output(signal: number, out: text(out), err: text(err))
            }
        }

        func send(_ number: Int32) { kill(child.pid, number) }

        /// What it has said so far on standard error.
        var messages: String { (try? String(contentsOfFile: err, encoding: .utf8)) ?? "" }
    }

    /// The program beside the test bundle.
    static let program: String = {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("windrow").path
    }()

    /// The package's folder.
    static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Starts the program in the test's folder.
    func start(_ arguments: [String], environment: [String] = []) throws -> Running {
        try start(Self.program, ["windrow"] + arguments, environment)
    }

    /// Runs a line of shell in which `windrow` is the program.
    func shell(_ line: String) throws -> Output {
        try startShell(line).output()
    }

    /// Starts a line of shell in which `windrow` is the program.
    func startShell(_ line: String) throws -> Running {
        let folder = URL(fileURLWithPath: Self.program).deletingLastPathComponent().path
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return try start("sh", ["sh", "-c", line], ["PATH=\(folder):\(path)"])
    }

    private func start(
        _ program: String, _ arguments: [String], _ environment: [String]
    ) throws -> Running {
        // What is kept between runs is this test's own, too.
        let cache = "XDG_CACHE_HOME=" + folder.path + "/.cache"
        let environment =
            environment.contains { $0.hasPrefix("XDG_CACHE_HOME=") }
            ? environment : environment + [cache]
        let null = try Descriptor.null()
        let name = UUID().uuidString
        let paths = (out: folder.path + "/\(name).out", err: folder.path + "/\(name).err")
        let out = Descriptor(open(paths.out, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        let err = Descriptor(open(paths.err, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        let child = try ChildProcess.start(
            program, arguments,
            environment: ChildProcess.currentEnvironment().filter { variable in
                !environment.contains { $0.prefix { $0 != "=" } == variable.prefix { $0 != "=" } }
            } + environment + [mark],
            directory: folder.path,
            descriptors: .init(input: null.number, output: out.number, error: err.number))
        return Running(child: child, out: paths.out, err: paths.err)
    }

    /// Runs the program to its end.
    func run(_ arguments: String..., environment: [String] = []) throws -> Output {
        try start(arguments, environment: environment).output()
    }

    /// Every process that came of this test and still lives, by its command line.
    func survivors() -> [String] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.filter { Int($0) != nil }.compactMap { pid in
            guard let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
                String(decoding: environment, as: UTF8.self).contains(mark),
                let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")
            else { return nil }
            return pid + " " + String(decoding: line, as: UTF8.self)
        }
    }

    /// Pids of living processes of this test whose command line has a word.
    func processes(with word: String) -> [pid_t] {
        survivors().filter { $0.contains(word) }.compactMap {
            $0.split(separator: " ").first.flatMap { pid_t($0) }
        }
    }

    /// Waits until a condition holds; the generous bound only turns a hang into a failure.
    func wait(
        until what: String, _ condition: () throws -> Bool,
        at location: SourceLocation = #_sourceLocation
    ) rethrows {
        let deadline = Date(timeIntervalSinceNow: 120)
        while try !condition() {
            guard Date() < deadline else {
                Issue.record("waited in vain until \(what)", sourceLocation: location)
                return
            }
            poll(nil, 0, 2)
        }
    }

    // MARK: Files

    /// Writes a file into the test's folder.
    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/" + name))
    }

    /// A file's lines without the last line end; empty when there is no file.
    func lines(_ name: String) -> [String] {
        guard let data = FileManager.default.contents(atPath: folder.path + "/" + name) else {
            return []
        }
        var lines = String(decoding: data, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    /// A store's results without provenance, sorted: what must be the same on every run.
    func canonicalResults(_ store: String) -> [String] {
        let rows = lines(store + "/results.csv").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        guard let header = rows.first, let provenance = header.firstIndex(of: "git_rev") else {
            return []
        }
        return rows.map { $0[..<provenance].joined(separator: ",") }.sorted()
    }

    /// The values of one column of a store's results.
    func column(_ name: String, of store: String) -> [String] {
        let rows = lines(store + "/results.csv").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        guard let place = rows.first?.firstIndex(of: Substring(name)) else { return [] }
        return rows.dropFirst().map { String($0[place]) }
    }
}

/// A temporary folder that goes with its owner.
final class Folder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("windrow-e2e-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
