import Glibc
import SweepCore
import SweepStore

// Appends the trials that a store lacks, in order, until it is killed: `store-writer SWEEP STORE
// [LIMIT]`, with a limit of bytes for each file of the trace.
//
// After each synchronisation it prints the index up to which every trial is acknowledged.

/// Writes a line at once.
func say(_ line: String) {
    var line = line + "\n"
    line.withUTF8 { _ = write(1, $0.baseAddress, $0.count) }
}

let arguments = CommandLine.arguments
guard arguments.count == 3 || arguments.count == 4,
    let json = try FileSystem.contents(of: arguments[1])
else {
    say("usage: store-writer SWEEP.json STORE [LIMIT]")
    exit(64)
}
let limit = arguments.dropFirst(3).first.flatMap { Int($0) } ?? TraceSegment.limit
let sweep = try Sweep(json: json)
let grid = try Grid(sweep)
try TraceSegment.$limit.withValue(limit) {
    let store = try Store.open(
        arguments[2], sweep: sweep, grid: grid, metrics: ["loss"], source: json,
        environment: ManifestEnvironment(
            version: "0", commit: "", cpuModel: "", cpuLevel: "", host: "node1", inputs: [:], now: 0
        ))
    say("open")
    var pending = 0
    for index in 0..<grid.count where !store.finished.contains(index) {
        let trial = grid.trial(at: index)
        var trace = Trace(columns: [.init("round", isInteger: true), .init("loss")])
        for round in 0..<index % 4 { trace.append([Double(round), Double(index) / 7]) }
        try store.append(
            ResultRow(
                index: index, trial: trial, id: grid.id(of: trial),
                outcome: TrialOutcome(
                    status: .ok, metrics: [.init("loss", .real(Double(index) / 3))], trace: trace),
                provenance: Provenance(
                    gitRevision: "", host: "node1", worker: "1", attempt: 1, startedAt: 0,
                    duration: 0)))
        pending += 1
        // Batches of different sizes.
        guard pending > index % 29 else { continue }
        try store.sync()
        pending = 0
        say("\(index)")
    }
    try store.close()
}
