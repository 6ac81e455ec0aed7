import CProcess
import Glibc

/// A program that was run to its end, and what it has said.
package struct CapturedRun: Sendable {
    /// Its exit code; nil when it took too long, or was ended by a signal.
    package var code: Int32?
    package var out: String
    package var err: String

    /// Where its input comes from.
    package enum Input: Sendable {
        case nothing
        case text(String)
        case file(String)
    }

    /// Runs a program, and waits for its end.
    ///
    /// Of each output at most a mebibyte is kept.
    ///
    /// - Parameters:
    ///   - arguments: the program, to be searched in PATH, and its words.
    ///   - input: what it reads.
    ///   - seconds: after which it is killed.
    /// - Throws: `SystemError` when it cannot be started.
    package init(
        _ arguments: [String], input: Input = .nothing, seconds: Double
    ) throws(SystemError) {
        let out = try Self.memory()
        let err = try Self.memory()
        let source: Descriptor
        switch input {
        case .nothing: source = try .null()
        case .text(let text):
            source = try Self.memory()
            let bytes = Array(text.utf8)
            guard pwrite(source.number, bytes, bytes.count, 0) == bytes.count else {
                throw .last("hold the input of \(arguments[0])")
            }
        case .file(let path):
            let number = open(path, O_RDONLY | O_CLOEXEC)
            guard number >= 0 else { throw .last("read \(path)") }
            source = Descriptor(number)
        }
        let child = try ChildProcess.start(
            arguments[0], arguments,
            descriptors: .init(input: source.number, output: out.number, error: err.number))
        let deadline = ContinuousClock.now + .seconds(seconds)
        var exit = child.poll()
        while exit == nil, ContinuousClock.now < deadline {
            Glibc.poll(nil, 0, 10)
            exit = child.poll()
        }
        if exit == nil {
            child.kill()
            _ = child.wait()
        }
        if case .code(let number)? = exit { code = number }
        self.out = Self.text(of: out)
        self.err = Self.text(of: err)
    }

    private static func memory() throws(SystemError) -> Descriptor {
        let number = windrow_memfd("windrow-run", 0)
        guard number >= 0 else { throw .last("make a file in memory") }
        return Descriptor(number)
    }

    private static func text(of descriptor: Descriptor) -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = max(0, pread(descriptor.number, &bytes, bytes.count, 0))
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
