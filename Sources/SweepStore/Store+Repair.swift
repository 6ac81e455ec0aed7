import SweepCore

extension Store {
    /// Takes everything out of a store that keeps it from being opened, and keeps a copy of it.
    ///
    /// What stays: of `results.csv` each intact row whose trace is whole, the first one of each
    /// trial; of `trace.csv` the rows of these; of `failures.csv` each intact row. Header rows and
    /// the manifest cannot be mended.
    ///
    /// - Parameters:
    ///   - directory: the store's folder.
    ///   - host: the name of this machine, for whoever finds the store locked.
    ///   - isDry: whether nothing is to be changed.
    /// - Returns: what was taken out, and where it is; with `isDry`, what would be.
    package static func repair(
        _ directory: String, host: String, isDry: Bool = false
    ) throws(StoreError) -> Recovery {
        guard let manifest = try Manifest.read(directory) else {
            throw .notAStore(directory: directory, problem: "it holds no manifest.json")
        }
        let lock = try StoreLock(directory: directory, host: host)
        defer { lock.release() }
        var repair = try StoreRepair(directory: directory, manifest: manifest)
        try repair.examine()
        if !isDry { try repair.carryOut() }
        return repair.recovery
    }
}
