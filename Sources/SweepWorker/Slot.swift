import Experiments
import Glibc
import Processes
import SweepCore
import SweepWire

/// The slot's side: the main function of `windrow slot`, a child process that runs trials one after
/// the other until its worker closes the channel.
package struct Slot {
    private struct Loaded {
        var experiment: any Experiment
        var grid: Grid
        var context: TrialContext
    }

    private let page: SlotPage
    private let channel: Descriptor
    private let experiments: [any Experiment]
    private let reporter: SlotReporter
    private let limit = MemoryLimit()
    private var loaded: [SweepDigest: Result<Loaded, TrialFailure>] = [:]

    /// Nil when the process was not started by a worker.
    package init?(experiments: [any Experiment]) throws(SystemError) {
        var status = stat()
        guard fstat(3, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK,
            let page = SlotPage(inherited: dup(0))
        else { return nil }
        // Whatever a trial reads from standard input is empty, not the shared page.
        let null = open("/dev/null", O_RDONLY)
        if null >= 0 {
            dup2(null, 0)
            close(null)
        }
        _ = fcntl(3, F_SETFD, FD_CLOEXEC)
        _ = fcntl(page.descriptor, F_SETFD, FD_CLOEXEC)
        // The worker's death takes the slot and all that it started along.
        signal(SIGTERM) { _ in _ = kill(0, SIGKILL) }
        self.page = page
        self.experiments = experiments
        channel = Descriptor(3)
        reporter = try SlotReporter(channel: channel)
    }

    /// Serves until the channel closes.
    package mutating func run() {
        var frames = FrameBuffer()
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            do {
                while let frame = try frames.next() {
                    switch try SlotCommand(decoding: frame) {
                    case .definition(let definition): load(definition)
                    case .lease(let lease): run(lease)
                    }
                }
            } catch {
                complain("slot: \(error)")
                _exit(1)
            }
            let count = recv(channel.number, &chunk, chunk.count, 0)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            frames.append(chunk[..<count])
        }
    }

    private mutating func load(_ definition: Definition) {
        do {
            let sweep = try Sweep(json: definition.json)
            guard
                let experiment = experiments.first(where: {
                    $0.description.name == sweep.experiment
                        && $0.description.version == sweep.experimentVersion
                })
            else {
                throw TrialFailure(
                    "this worker has no experiment \(sweep.experiment) of version "
                        + "\(sweep.experimentVersion)", isPermanent: true)
            }
            var context = TrialContext(
                directory: sweep.directory, timeout: definition.timeout,
                parameters: sweep.columns.map(\.name), metric: sweep.metric?.name,
                print: Self.pass, memory: sweep.placement.resources.memory)
            // Trials run on this thread only.
            nonisolated(unsafe) let page = page
            context.progress = { page.tell($0) }
            loaded[definition.sweep] = .success(
                Loaded(experiment: experiment, grid: try Grid(sweep), context: context))
        } catch let failure as TrialFailure {
            loaded[definition.sweep] = .failure(failure)
        } catch {
            loaded[definition.sweep] = .failure(
                TrialFailure("the sweep cannot be read here: \(error)", isPermanent: true))
        }
    }

    private mutating func run(_ lease: Lease) {
        var memory: Int?
        if case .success(var known)? = loaded[lease.sweep] {
            memory = known.context.memory
            known.context.gpus = lease.gpus
            loaded[lease.sweep] = .success(known)
        }
        if let gpus = lease.gpus {
            setenv("CUDA_VISIBLE_DEVICES", gpus.joined(separator: ","), 1)
        }
        if memory != nil { limit.set(memory) }
        defer { if memory != nil { limit.set(nil) } }
        for index in lease.range {
            guard page.begin(index) else { break }
            let startedAt = Self.seconds(CLOCK_REALTIME)
            let start = Self.seconds(CLOCK_MONOTONIC)
            let result = result(of: index, in: lease.sweep)
            let duration = max(0, Self.seconds(CLOCK_MONOTONIC) - start)
            finishPrinting()
            reporter.add(
                Outcome(index: index, result: result, startedAt: startedAt, duration: duration),
                of: lease)
        }
        page.rest()
        reporter.end(lease)
    }

    /// Waits until the worker has read what was printed: what comes next is another trial's.
    private func finishPrinting() {
        fflush(nil)
        var waiting: Int32 = 0
        // A worker that stands still for a second costs a line its place, not a trial its result.
        for _ in 0..<10_000 {
            guard ioctl(1, UInt(FIONREAD), &waiting) == 0, waiting > 0 else { return }
            usleep(100)
        }
    }

    /// Passes on what a trial's program prints: to the worker, as if the slot had printed it.
    private static func pass(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = write(1, part.baseAddress, part.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func result(
        of index: Int, in sweep: SweepDigest
    ) -> Result<TrialOutcome, TrialFailure> {
        switch loaded[sweep] {
        case nil:
            return .failure(TrialFailure("the slot was given no such sweep"))
        case .failure(let failure):
            return .failure(failure)
        case .success(let loaded):
            guard index < loaded.grid.count else {
                return .failure(TrialFailure("the grid has no trial \(index)", isPermanent: true))
            }
            do {
                return .success(
                    try loaded.experiment.run(loaded.grid.trial(at: index), in: loaded.context))
            } catch let failure as TrialFailure {
                return .failure(failure)
            } catch {
                return .failure(TrialFailure("\(error)"))
            }
        }
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
