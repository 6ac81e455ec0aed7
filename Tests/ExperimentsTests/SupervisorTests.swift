import CProcess
import Glibc
import Testing

@testable import Experiments

/// What happens to a program when the one who started it dies.
@Suite struct SupervisorTests {
    /// A program that has started another, and its supervisor.
    private final class Started: @unchecked Sendable {
        var supervisor: pid_t = 0
        var output: Int32 = -1
    }

    @Test func `a program and its children die with the thread that started it`() throws {
        // The kernel treats the end of the starting thread as that of the parent, so a thread
        // stands in for a slot that is killed.
        let started = Started()
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                SupervisorTests.start(Unmanaged<Started>.fromOpaque(pointer).takeUnretainedValue())
                return nil
            }, Unmanaged.passUnretained(started).toOpaque())
        pthread_join(thread, nil)
        try #require(started.supervisor > 0)
        // All who hold the pipe are dead when it ends; nothing but their deaths can end it.
        var buffer = [UInt8](repeating: 0, count: 64)
        while true {
            let count = read(started.output, &buffer, buffer.count)
            if count == 0 { break }
            try #require(count > 0 || errno == EINTR)
        }
        close(started.output)
        var status: Int32 = 0
        while waitpid(started.supervisor, &status, 0) < 0 && errno == EINTR {}
        var signal: Int32 = 0
        _ = windrow_exit_code(status, &signal)
        #expect(signal == SIGKILL)
    }

    private static func start(_ started: Started) {
        var output: [Int32] = [-1, -1]
        var report: [Int32] = [-1, -1]
        guard windrow_pipe(&output) == 0, windrow_pipe(&report) == 0 else { return }
        // This test waits for the end, and for nothing else.
        _ = fcntl(output[0], F_SETFL, 0)
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        let program = ["/bin/sh", "-c", "sleep 1000 & echo; sleep 1000"]
        let words: [UnsafeMutablePointer<CChar>?] = program.map { strdup($0) } + [nil]
        let none: [UnsafeMutablePointer<CChar>?] = [nil]
        words.withUnsafeBufferPointer { words in
            none.withUnsafeBufferPointer { none in
                var child = windrow_child(
                    path: words[0], arguments: words.baseAddress, environment: none.baseAddress,
                    directory: nil, input: null, output: output[1], error: null, channel: -1,
                    death_signal: 0)
                started.supervisor = windrow_supervise(&child, report[1])
            }
        }
        for word in words { free(word) }
        for descriptor in [null, output[1], report[0], report[1]] { close(descriptor) }
        started.output = output[0]
        // The program runs and has started its own when it prints.
        var byte: UInt8 = 0
        while read(started.output, &byte, 1) < 0 && errno == EINTR {}
    }
}
