import Allocations
import ClusterKeys
import Glibc
import Processes
import SweepWire

extension AllocationOptions {
    /// Seconds after which an allocation without a worker is given up.
    private static let patience = 600

    /// Asks for nodes until a signal comes.
    func run(_ system: any BatchSystem, queue: String?, _ output: OutputOptions) async throws {
        let console = output.console
        let purpose = name ?? queue ?? "default"
        if try detachment.leave("allocate-\(Self.fileName(purpose)).log", patience: 60, console) {
            return
        }
        Detachment.prepare()
        do {
            let order = try order(queue, purpose, console)
            let lock = try lock(order, purpose)
            let service = AllocationService(
                system: system, order: order,
                demand: AllocationDemand(
                    slots: slots, tags: features.tagList, gpus: features.gpuList.count),
                policy: AllocationPolicy(
                    nodesAtATime: nodes, maximumNodes: maxNodes ?? nodes,
                    patience: Double(max(Self.patience, seconds(idleExit)))),
                interval: Double(seconds(every)), console: console, ask: connection.requester)
            let report = try await Self.untilInterrupted { [once] in
                var service = service
                try await service.run(once: once)
                return service.report
            }
            withExtendedLifetime(lock) {}
            if output.json { try answer(JSONText(report).text) }
            if !once, !report.allocations.isEmpty {
                let count = counted(report.allocations.count, "allocation")
                console.say(
                    "Left", "\(count) behind: workers leave when they idle for \(idleExit)", .note)
            }
        } catch let error as OperatorError {
            console.complain(error.message)
            throw error.status.code
        } catch let error as BatchProblem {
            console.complain(error.message)
            throw ExitStatus.unreachable.code
        }
    }

    /// Runs something that Ctrl-C or SIGTERM cancels.
    private static func untilInterrupted<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let interruptions = try Interruptions.stream()
        let working = Task { try await body() }
        let stopping = Task {
            for await _ in interruptions { working.cancel() }
        }
        defer { stopping.cancel() }
        return try await working.value
    }

    /// What one allocation is to be.
    private func order(
        _ queue: String?, _ purpose: String, _ console: Console
    ) throws(OperatorError) -> AllocationOrder {
        if queue == "" { throw OperatorError("'': expected a partition or queue", .usage) }
        let program = try path(program ?? Self.thisProgram, "--program")
        let given = join ?? connection.keys.folder.path + "/lab.join"
        let code: JoinCode
        let logs: String
        do throws(KeyProblem) {
            code = try JoinCode(SecretFile.read(given), source: given)
            logs = Detachment.folder
            try SecretFile.makeFolder(logs)
        } catch {
            throw OperatorError(
                error.description
                    + (error.kind == .absent
                        ? "; make it with windrow cluster init or windrow worker invite --output, "
                            + "where all nodes can read it" : ""),
                error.status)
        }
        var worker = [
            program, "worker", "start", "--join", try path(given, "--join"), "--slots",
            "\(slots)", "--idle-exit", idleExit,
        ]
        if let keys = connection.keys.keys { worker += ["--keys", try path(keys, "--keys")] }
        if let gpus = features.gpus { worker += ["--gpus", gpus] }
        let origin = Array((code.coordinator.hexadecimal + purpose).utf8)
        var order = AllocationOrder(
            // Some batch systems take names of 15 bytes at most.
            name: "windrow" + Digest.text(Digest.sha256(origin)).prefix(8), slots: slots,
            seconds: seconds(time), grace: seconds(grace), logs: logs, worker: worker)
        order.queue = queue
        order.more = more
        order.tags = features.tagList
        return order
    }

    /// The right to ask for allocations with a name; two at once would ask for too much.
    private func lock(
        _ order: AllocationOrder, _ purpose: String
    ) throws(OperatorError) -> Descriptor {
        do {
            return try SecretFile.lock(
                "\(order.logs)/\(order.name).lock",
                "another windrow worker allocate does this for '\(purpose)' already; give this "
                    + "one a --name of its own")
        } catch {
            throw OperatorError(error.description, .interrupted)
        }
    }

    private static var thisProgram: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(ChildProcess.thisProgram, &buffer, buffer.count - 1)
        let bytes = buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A path that is good in any folder.
    private func path(_ text: String, _ option: String) throws(OperatorError) -> String {
        guard let full = realpath(text, nil) else {
            throw OperatorError(
                "\(option): \(text): \(String(cString: strerror(errno)))", .badInput)
        }
        defer { free(full) }
        return String(cString: full)
    }

    private static func fileName(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    }
}
