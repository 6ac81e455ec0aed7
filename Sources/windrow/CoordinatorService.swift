import ClusterKeys
import Glibc
import Processes
import SweepCoordinator
import SweepCore
import SweepStore
import ZeroMQ

/// Why a coordinator cannot serve, with its exit code.
struct CoordinatorProblem: Error {
    var message: String
    var status: ExitStatus
}

/// The life of a coordinator daemon.
struct CoordinatorService {
    let storeRoot: String
    let endpoints: [Endpoint]
    let keys: KeyFolder
    let console: Console

    /// Serves until it is stopped.
    func run() async throws {
        let interruptions = try Interruptions.stream()
        let folder = RuntimeFolder()
        try folder.prepare()
        let all = [try Endpoint(folder.endpoint, isBound: true)] + endpoints
        var locks: [EndpointLock] = []
        for case .file(let path) in all { locks.append(try EndpointLock(path: path)) }
        let door = try endpoints.contains { $0.needsKeys } ? FrontDoorKeys(keys) : nil
        let root = try prepareRoot()
        if let warning = Store.networkWarning(root) { console.say("Network", warning, .warning) }
        let records = try servedSweeps(below: root)
        let coordinator = try CoordinatorShell(
            settings: .init(version: Version.text, startedAt: Machine.secondsSince1970))
        let telling = Task { await CoordinatorLog(console, coordinator).tell() }
        // The signals work from here on: opening large stores takes a while.
        let stopping = Task { await obey(interruptions, coordinator) }
        await coordinator.serve(
            .init(
                host: Machine.host, pid: Int(getpid()), startedAt: EventLoop.now(),
                storeRoot: root, endpoints: []), records: records,
            opener: SweepService.opener(storeRoot: root))
        if let door {
            Self.raiseOpenFiles()
            try await coordinator.admit(
                by: door.file, door.admission, keptAt: keys.admitted)
        }
        let bound = try await listen(coordinator, at: all)
        await coordinator.setEndpoints(bound)
        Detachment.isAtWork()
        console.say("Serving", "\(root) at \(bound.joined(separator: ", "))")
        await coordinator.departed()
        await coordinator.stop()
        coordinator.finishSending()
        await telling.value
        stopping.cancel()
        for case .file(let path) in all {
            unlink(path)
        }
        console.say("Stopped", "everything that has arrived is stored", .note)
        withExtendedLifetime((locks, door)) {}
    }

    /// Every connection takes a descriptor, a stranger's, too, until its handshake is over.
    private static func raiseOpenFiles() {
        var limits = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limits) == 0, limits.rlim_cur < limits.rlim_max else { return }
        limits.rlim_cur = min(limits.rlim_max, 1 << 16)
        setrlimit(resource, &limits)
    }

    private func listen(
        _ coordinator: CoordinatorShell, at endpoints: [Endpoint]
    ) async throws -> [String] {
        var bound: [String] = []
        for endpoint in endpoints {
            do {
                bound.append(try await coordinator.listen(at: endpoint.text))
            } catch {
                throw CoordinatorProblem(
                    message: "\(endpoint.text): cannot listen there: \(error)",
                    status: .unreachable)
            }
        }
        return bound
    }

    private func obey(
        _ interruptions: AsyncStream<Int32>, _ coordinator: CoordinatorShell
    ) async {
        var count = 0
        for await signal in interruptions {
            count += 1
            guard count == 1, signal != SIGQUIT else { _exit(ExitStatus.interrupted.rawValue) }
            console.say("Stopping", "once what has arrived is stored", .warning)
            await coordinator.leave()
        }
    }

    private func prepareRoot() throws -> String {
        do {
            try FileSystem.createDirectory(storeRoot)
        } catch {
            throw CoordinatorProblem(message: "\(error)", status: ExitStatus(error))
        }
        guard let resolved = realpath(storeRoot, nil) else {
            throw InputError("\(storeRoot): \(String(cString: strerror(errno)))")
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private func servedSweeps(below root: String) throws -> [ServiceRecord] {
        do {
            let (records, problems) = try ServiceRecord.all(below: root)
            for problem in problems { console.say("Skipped", "\(problem)", .bad) }
            return records
        } catch {
            throw CoordinatorProblem(message: "\(error)", status: ExitStatus(error))
        }
    }
}
