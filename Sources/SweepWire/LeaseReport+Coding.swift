import SweepCore

extension Windrow_V1_LeaseReport {
    /// Metric names stand once: they are those of the first outcome that has any.
    ///
    /// An outcome with
    /// other names must go into a report of its own (see `LeaseReport.uniform`).
    init(_ report: LeaseReport) {
        self.init()
        lease = report.lease.number
        sweep = report.sweep.bits
        ended = report.isEnded
        if let index = report.truncatedAt { truncatedAt = UInt64(index) }
        metricNames = report.metricNames ?? []
        outcomes = report.outcomes.map(Windrow_V1_Outcome.init)
    }
}

extension LeaseReport {
    /// Names of the metrics of the report's outcomes; nil when no outcome has metrics.
    var metricNames: [String]? {
        for outcome in outcomes {
            if case .success(let outcome) = outcome.result { return outcome.metrics.map(\.name) }
        }
        return nil
    }

    /// Splits a report so that all outcomes of a part measure the same metrics.
    package func uniform() -> [LeaseReport] {
        var parts: [LeaseReport] = []
        var names: [String]?
        for outcome in outcomes {
            if case .success(let success) = outcome.result {
                if let known = names, !known.elementsEqual(success.metrics.lazy.map(\.name)) {
                    parts.append(
                        LeaseReport(lease: lease, sweep: sweep, outcomes: [], isEnded: false))
                    names = nil
                }
                names = names ?? success.metrics.map(\.name)
            }
            if parts.isEmpty {
                parts.append(LeaseReport(lease: lease, sweep: sweep, outcomes: [], isEnded: false))
            }
            parts[parts.count - 1].outcomes.append(outcome)
        }
        if parts.isEmpty { return [self] }
        parts[parts.count - 1].isEnded = isEnded
        return parts
    }

    init(_ message: Windrow_V1_LeaseReport) throws(WireError) {
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(message.outcomes.count)
        for outcome in message.outcomes {
            outcomes.append(try Outcome(outcome, metricNames: message.metricNames))
        }
        self.init(
            lease: LeaseID(message.lease), sweep: SweepDigest(bits: message.sweep),
            outcomes: outcomes, isEnded: message.ended,
            truncatedAt: message.hasTruncatedAt
                ? try integer(message.truncatedAt, "truncated at") : nil)
    }
}

extension Windrow_V1_Outcome {
    fileprivate init(_ outcome: Outcome) {
        self.init()
        index = UInt64(outcome.index)
        startedAt = outcome.startedAt
        duration = outcome.duration
        switch outcome.result {
        case .success(let result):
            status = result.status == .ok ? .ok : .diverged
            metrics = result.metrics.map { Windrow_V1_Cell($0.value) }
            if !result.trace.columns.isEmpty {
                trace = .with {
                    $0.names = result.trace.columns.map(\.name)
                    $0.isInteger = result.trace.columns.map(\.isInteger)
                    $0.cells = result.trace.cells
                }
            }
        case .failure(let reason):
            status = .failed
            failure = Windrow_V1_Failure(reason)
        }
    }
}

extension Windrow_V1_Failure {
    init(_ failure: TrialFailure) {
        self.init()
        reason = failure.reason
        if let code = failure.exitCode { exitCode = code }
        if let number = failure.signal { signal = number }
        isPermanent = failure.isPermanent
    }
}

extension TrialFailure {
    init(_ message: Windrow_V1_Failure) {
        self.init(
            message.reason, exitCode: message.hasExitCode ? message.exitCode : nil,
            signal: message.hasSignal ? message.signal : nil, isPermanent: message.isPermanent)
    }
}

extension Outcome {
    fileprivate init(
        _ message: Windrow_V1_Outcome, metricNames: [String]
    ) throws(WireError) {
        let index = try integer(message.index, "trial index")
        guard message.startedAt.isFinite, message.duration.isFinite, message.duration >= 0 else {
            throw .malformed("times of trial \(index) are not finite")
        }
        let result: Result<TrialOutcome, TrialFailure>
        switch message.status {
        case .failed:
            result = .failure(TrialFailure(message.failure))
        case .ok, .diverged:
            guard message.metrics.count == metricNames.count else {
                throw .malformed(
                    "trial \(index) has \(message.metrics.count) metrics under "
                        + "\(metricNames.count) names")
            }
            var metrics: [TrialOutcome.Measurement] = []
            metrics.reserveCapacity(metricNames.count)
            for (name, cell) in zip(metricNames, message.metrics) {
                metrics.append(.init(name, try Value(cell)))
            }
            result = .success(
                TrialOutcome(
                    status: message.status == .ok ? .ok : .diverged, metrics: metrics,
                    trace: message.hasTrace ? try Trace(message.trace) : Trace(columns: [])))
        case .UNRECOGNIZED(let status):
            throw .malformed("trial \(index) has the unknown status \(status)")
        }
        self.init(
            index: index, result: result, startedAt: message.startedAt,
            duration: message.duration)
    }
}

extension Trace {
    fileprivate init(_ message: Windrow_V1_Trace) throws(WireError) {
        let width = message.names.count
        guard width == message.isInteger.count,
            width == 0 ? message.cells.isEmpty : message.cells.count % width == 0
        else { throw .malformed("a trace's cells do not fill its rows") }
        self.init(
            columns: zip(message.names, message.isInteger).map { Column($0, isInteger: $1) },
            cells: message.cells)
    }
}

extension Windrow_V1_Cell {
    fileprivate init(_ value: Value) {
        self.init()
        switch value {
        case .integer(let number): integer = number
        case .real(let number): real = number
        case .text(let string): text = string
        case .flag(let truth): flag = truth
        }
    }
}

extension Value {
    fileprivate init(_ message: Windrow_V1_Cell) throws(WireError) {
        switch message.value {
        case .integer(let number): self = .integer(number)
        case .real(let number): self = .real(number)
        case .text(let text): self = .text(text)
        case .flag(let flag): self = .flag(flag)
        case nil: throw .malformed("a metric without a value")
        }
    }
}
