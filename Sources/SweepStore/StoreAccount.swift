import SweepCore

/// What a store's manifest tells about where its rows come from.
package struct StoreAccount: Sendable {
    /// The sweep's name.
    package let name: String
    /// Name of the experiment.
    package let experiment: String
    /// Version of the experiment.
    package let experimentVersion: Int
    /// Version of the windrow that wrote last, and the commit it was built from, if it is known.
    package let program: (version: String, commit: String)
    /// The machine on which that windrow ran: its name, its processor, the processor's level.
    package let machine: (host: String, processor: String, level: String)
    /// When the store was created, and when it was opened last, as texts in UTC.
    package let times: (created: String, updated: String)
    /// SHA-256 of each input file by its path as the sweep names it.
    package let inputs: [String: String]
    /// Columns of parameters and of metrics, in order.
    package let parameters: [String]
    package let metrics: [String]
    /// Columns of the trace, in order.
    package let traceColumns: [String]
    /// The sweep as it was resolved last; nil where this version cannot read it.
    package let sweep: Sweep?

    /// Reads the manifest of the store in a folder.
    ///
    /// - Throws: `StoreError` when there is none or it is damaged.
    package init(_ directory: String) throws(StoreError) {
        guard let manifest = try Manifest.read(directory) else {
            throw .notAStore(directory: directory, problem: "it holds no manifest.json")
        }
        name = manifest.name
        experiment = manifest.experiment
        experimentVersion = manifest.experimentVersion
        program = (manifest.windrow.version, manifest.windrow.commit)
        machine = (manifest.machine.host, manifest.machine.cpu, manifest.machine.level)
        times = (manifest.created, manifest.updated)
        inputs = manifest.inputs
        parameters = manifest.columns.parameters
        metrics = manifest.columns.metrics
        traceColumns = manifest.columns.trace
        sweep = try Manifest.sweep(of: directory)
    }

    /// The bytes of the sweep file that the store keeps; nil when it keeps none.
    package static func sweepFile(_ directory: String) throws(StoreError) -> [UInt8]? {
        try FileSystem.contents(of: directory + "/sweep.yaml")
    }
}

/// A trial that was given up, as its row in `failures.csv` tells it.
package struct GivenUpTrial: Sendable {
    /// The trial.
    package let id: TrialID
    /// Its position in the grid when it failed.
    package let index: Int
    /// Number of the last attempt.
    package let attempt: Int
    /// Where it ran last.
    package let host: String
    /// When the last attempt began, as a text in UTC.
    package let startedAt: String
    /// Exit code of the program that failed, if there was one.
    package let exitCode: Int?
    /// Signal that ended the program, if one did.
    package let signal: Int?
    /// Why it was given up.
    package let reason: String
}

extension Store {
    /// The trials that were given up, in the order of the file; beside a writer, too.
    ///
    /// Some may have finished since: a reader compares them with the results.
    package static func givenUp(_ directory: String) throws(StoreError) -> [GivenUpTrial] {
        guard let manifest = try Manifest.read(directory) else {
            throw .notAStore(directory: directory, problem: "it holds no manifest.json")
        }
        var found: [GivenUpTrial] = []
        try read(directory, manifest.known(.failures)) { layout in
            let header = layout.header
            let place = Dictionary(uniqueKeysWithValues: header.enumerated().map { ($1, $0) })
            var cells: [RowCells.Cell] = []
            return { row in
                guard row.isComplete,
                    RowCells.split(row.bytes, into: &cells, expecting: header.count),
                    let id = cells[0].trial
                else { return }
                func cell(_ name: String) -> RowCells.Cell? { place[name].map { cells[$0] } }
                found.append(
                    GivenUpTrial(
                        id: id, index: cell("index")?.integer ?? -1,
                        attempt: cell("attempt")?.integer ?? 0, host: cell("host")?.text ?? "",
                        startedAt: cell("started_at")?.text ?? "",
                        exitCode: cell("exit_code")?.integer, signal: cell("signal")?.integer,
                        reason: cell("reason")?.text ?? ""))
            }
        }
        return found
    }
}
