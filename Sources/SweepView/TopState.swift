import SweepWire

/// What `windrow top` asks the outside to do.
package enum TopEffect: Sendable, Hashable {
    case quit
    case act(SweepAction, name: String)
    case command(WorkerAction, worker: Int)
    /// Fetch the last lines that a sweep's trials, or one of them, have printed.
    case read(sweep: String, store: String, trial: String? = nil)
}

/// `windrow top` as a pure state machine: keys and snapshots go in, effects and a screen come out.
package struct TopState: Sendable {
    package enum Pane: Sendable, Hashable, CaseIterable {
        case sweeps, workers, trials
    }

    /// What the keys do at the moment.
    enum Mode: Sendable, Hashable {
        case browsing
        /// The filter's text is typed.
        case filtering
        case help
        /// A key is asked for before something is done that cannot be undone.
        case confirming(question: String, TopEffect)
        /// Lines of text are read.
        case reading(title: String, lines: [ScreenLine], offset: Int)
    }

    var pane = Pane.sweeps
    var mode = Mode.browsing
    var filter = ""
    var order = [Pane.sweeps: 0, .workers: 0, .trials: 0]
    var isReversed = [Pane.sweeps: false, .workers: false, .trials: false]
    /// The chosen sweep, worker and running trial.
    var chosenSweep: String?
    var chosenWorker: Int?
    var chosenTrial: RunningLine.Name?
    private(set) var snapshot: ClusterSnapshot?
    private(set) var rates: [String: RateEstimate] = [:]
    /// Why there is no newer snapshot.
    package var problem: String?
    /// What came of the last thing that was done.
    package var notice: (text: String, isGood: Bool)?
    /// Lines of text that fit, as of the last screen.
    var pageHeight = 10

    package init() {}

    /// The coordinator has answered.
    ///
    /// - Parameters:
    ///   - snapshot: what it has answered.
    ///   - now: seconds on a clock that never goes back.
    package mutating func take(_ snapshot: ClusterSnapshot, now: Double) {
        self.snapshot = snapshot
        problem = nil
        let names = Set(snapshot.sweeps.map(\.name))
        rates = rates.filter { names.contains($0.key) }
        for sweep in snapshot.sweeps {
            guard sweep.state == .running else {
                rates[sweep.name] = nil
                continue
            }
            rates[sweep.name, default: RateEstimate()].add(
                done: sweep.finished + sweep.failed, now: now)
        }
        keepChoice()
    }

    /// Text that was asked for is there.
    package mutating func show(title: String, _ lines: [ScreenLine]) {
        mode = .reading(title: title, lines: lines, offset: max(0, lines.count - pageHeight))
    }

    // MARK: What is listed

    static let sweepOrders = ["as submitted", "name", "state", "remaining", "failed"]
    static let workerOrders = ["as joined", "host", "state", "busy", "silence"]
    static let trialOrders = ["time", "sweep", "host", "value", "progress"]

    /// By what a table may be ordered.
    static func orders(of pane: Pane) -> [String] {
        switch pane {
        case .sweeps: sweepOrders
        case .workers: workerOrders
        case .trials: trialOrders
        }
    }

    private func contains(_ words: [String]) -> Bool {
        filter.isEmpty || words.contains { $0.lowercased().contains(filter.lowercased()) }
    }

    /// The sweeps that pass the filter, in order.
    var sweeps: [SweepSummary] {
        let all = (snapshot?.sweeps ?? []).filter { contains([$0.name, $0.state.rawValue]) }
        let sorted: [SweepSummary] =
            switch order[.sweeps] {
            case 1: all.stably { $0.name < $1.name }
            case 2: all.stably { $0.state.rawValue < $1.state.rawValue }
            case 3: all.stably { $0.remaining > $1.remaining }
            case 4: all.stably { $0.failed > $1.failed }
            default: all
            }
        return isReversed[.sweeps] == true ? sorted.reversed() : sorted
    }

    /// The workers that pass the filter, in order.
    var workers: [WorkerSummary] {
        let all = (snapshot?.workers ?? []).filter {
            contains([$0.host, $0.state.rawValue, "\($0.number)"] + $0.tags)
        }
        let sorted: [WorkerSummary] =
            switch order[.workers] {
            case 1: all.stably { $0.host < $1.host }
            case 2: all.stably { $0.state.rawValue < $1.state.rawValue }
            case 3: all.stably { $0.running > $1.running }
            case 4: all.stably { $0.silence > $1.silence }
            default: all
            }
        return isReversed[.workers] == true ? sorted.reversed() : sorted
    }

    /// The running trials that pass the filter, in order.
    var trials: [RunningLine] {
        let all = (snapshot?.workers ?? []).flatMap { worker in
            worker.trials.map {
                RunningLine(trial: $0, worker: worker.number, host: worker.host)
            }
        }.filter { contains([$0.trial.sweep, $0.trial.label, $0.host, $0.id]) }
        let sorted: [RunningLine] =
            switch order[.trials] {
            case 1: all.stably { $0.trial.sweep < $1.trial.sweep }
            case 2: all.stably { $0.host < $1.host }
            case 3: all.stably { $0.value < $1.value }
            case 4: all.stably { $0.share > $1.share }
            default: all.stably { $0.trial.progress.seconds > $1.trial.progress.seconds }
            }
        return isReversed[.trials] == true ? sorted.reversed() : sorted
    }

    var trialPosition: Int? { trials.firstIndex { $0.name == chosenTrial } }
    var sweepPosition: Int? { sweeps.firstIndex { $0.name == chosenSweep } }
    var workerPosition: Int? { workers.firstIndex { $0.number == chosenWorker } }

    /// What is chosen goes with the sweep or worker; when that is gone it is the first.
    mutating func keepChoice() {
        if sweepPosition == nil { chosenSweep = sweeps.first?.name }
        if workerPosition == nil { chosenWorker = workers.first?.number }
        let trials = trials
        if !trials.contains(where: { $0.name == chosenTrial }) { chosenTrial = trials.first?.name }
        if trials.isEmpty, pane == .trials { pane = .sweeps }
    }
}

extension Array {
    /// Sorted so that equal elements keep their order.
    fileprivate func stably(by isBefore: (Element, Element) -> Bool) -> [Element] {
        enumerated().sorted { left, right in
            if isBefore(left.element, right.element) { return true }
            if isBefore(right.element, left.element) { return false }
            return left.offset < right.offset
        }.map(\.element)
    }
}
