import CProcess
import Glibc

/// A child process in a process group of its own.
package struct ChildProcess: Sendable, Hashable {
    /// Its process id, which is also its group's.
    package let pid: pid_t

    /// How a process ended.
    package enum Exit: Sendable, Hashable {
        case code(Int32)
        case signal(Int32)
    }

    /// The child's descriptors 0 … 3; every other one is closed in it.
    package struct Descriptors: Sendable {
        package var input: Int32
        package var output: Int32
        package var error: Int32
        /// Becomes descriptor 3, unless it is negative.
        package var channel: Int32

        package init(input: Int32, output: Int32, error: Int32, channel: Int32 = -1) {
            self.input = input
            self.output = output
            self.error = error
            self.channel = channel
        }
    }

    /// The path by which this program starts itself again, also when its file was replaced.
    package static let thisProgram = "/proc/self/exe"

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: its path, or a name to be searched in PATH.
    ///   - arguments: all of them, the program's own name first.
    ///   - environment: `NAME=value`; nil for this process's own.
    ///   - directory: its working directory; nil for this process's own.
    ///   - descriptors: its input, outputs and channel.
    ///   - deathSignal: sent to it when the *thread* that calls this dies; 0: none.
    /// - Throws: `SystemError` when it cannot be started.
    package static func start(
        _ program: String, _ arguments: [String], environment: [String]? = nil,
        directory: String? = nil, descriptors: Descriptors, deathSignal: Int32 = 0
    ) throws(SystemError) -> ChildProcess {
        let pid = withChild(
            program, arguments, environment, directory, descriptors, deathSignal
        ) { windrow_spawn($0) }
        guard pid > 0 else { throw SystemError(code: -pid, operation: "start \(program)") }
        return ChildProcess(pid: pid)
    }

    /// Lends C a description of a child.
    static func withChild(
        _ program: String, _ arguments: [String], _ environment: [String]?, _ directory: String?,
        _ descriptors: Descriptors, _ deathSignal: Int32, _ memory: Int? = nil,
        _ start: (UnsafePointer<windrow_child>) -> pid_t
    ) -> pid_t {
        let argumentWords = CStrings(arguments)
        let environmentWords = CStrings(environment ?? currentEnvironment())
        return program.withCString { path in
            withOptionalCString(directory) { directory in
                var child = windrow_child(
                    path: path, arguments: argumentWords.pointer,
                    environment: environmentWords.pointer, directory: directory,
                    input: descriptors.input, output: descriptors.output,
                    error: descriptors.error, channel: descriptors.channel,
                    death_signal: deathSignal, group: nil, memory: UInt64(memory ?? 0))
                return start(&child)
            }
        }
    }

    /// Kills the process and all that it started in its group.
    package func kill() { _ = Glibc.kill(-pid, SIGKILL) }

    /// Waits for its end.
    package func wait() -> Exit {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return Self.exit(status)
    }

    /// How it has ended; nil while it runs.
    package func poll() -> Exit? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? Self.exit(status) : nil
    }

    static func exit(_ status: Int32) -> Exit {
        var signal: Int32 = 0
        let code = windrow_exit_code(status, &signal)
        return code >= 0 ? .code(code) : .signal(signal)
    }

    /// This process's environment as `NAME=value`.
    package static func currentEnvironment() -> [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        return variables
    }
}

private func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}

/// Words as C wants them: an array of strings that ends with a null pointer.
private final class CStrings {
    let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ words: [String]) {
        count = words.count
        pointer = .allocate(capacity: count + 1)
        for (position, word) in words.enumerated() { pointer[position] = strdup(word) }
        pointer[count] = nil
    }

    deinit {
        for position in 0..<count { free(pointer[position]) }
        pointer.deallocate()
    }
}
