import Glibc
import SweepCore

extension Store {
    /// Opens a sweep's store for writing, and creates it when there is none.
    ///
    /// - Parameters:
    ///   - directory: the store's folder; it and missing folders above it are created.
    ///   - sweep: what the store is for.
    ///   - grid: the sweep's trials.
    ///   - metrics: the columns of the experiment's declared metrics.
    ///   - source: the sweep file, byte for byte.
    ///   - environment: versions and machine, for the manifest.
    /// - Throws: `StoreError`; then nothing has been lost or cut.
    package static func open(
        _ directory: String, sweep: Sweep, grid: Grid, metrics: [String], source: [UInt8],
        environment: ManifestEnvironment
    ) throws(StoreError) -> Store {
        let wanted = try TableLayout(.results).adding(
            parameters: sweep.columns.map(\.header), measured: metrics)
        try prepare(directory, source)
        let lock = try StoreLock(directory: directory, host: environment.host)
        var manifest: Manifest
        if let stored = try Manifest.read(directory) {
            manifest = stored
            try manifest.check(
                directory, experiment: sweep.experiment, version: sweep.experimentVersion,
                inputs: environment.inputs)
        } else {
            manifest = try create(
                directory,
                Manifest(
                    sweep: sweep,
                    columns: .init(parameters: wanted.parameters, metrics: metrics, trace: []),
                    environment: environment), wanted)
        }
        var contents = try StoreReader(directory: directory, manifest: manifest)
            .mend(grid: grid)
        manifest.update(sweep: sweep, metrics: metrics, environment: environment)
        try manifest.write(directory)
        let sourcePath = directory + "/sweep.yaml"
        if try FileSystem.contents(of: sourcePath) != source {
            try FileSystem.replace(sourcePath, with: source)
        }
        let wide = try contents.resultsLayout.adding(
            parameters: wanted.parameters, measured: wanted.measured)
        if wide != contents.resultsLayout {
            contents.results = try contents.results.rewrite(
                from: contents.resultsLayout, to: wide)
            contents.resultsLayout = wide
        }
        let mark = try SyncMarkFile(directory, contents.mark)
        return Store(
            directory: directory, lock: lock, mark: mark, columns: sweep.columns,
            declaredMetrics: metrics, manifest: manifest, contents: contents)
    }

    /// Makes sure that a folder is there which is a store, or may become one.
    private static func prepare(
        _ directory: String, _ source: [UInt8]
    ) throws(StoreError) {
        switch try FileSystem.kind(of: directory, followingLinks: true) {
        case .directory: try checkFolder(directory, source)
        case .nothing:
            guard try FileSystem.kind(of: directory, followingLinks: false) == .nothing else {
                throw .notAStore(
                    directory: directory, problem: "a symbolic link that leads nowhere")
            }
            try FileSystem.createDirectory(directory)
        case .file, .symbolicLink, .other:
            throw .notAStore(directory: directory, problem: "not a folder")
        }
    }

    /// Throws when a folder holds anything that a store does not.
    private static func checkFolder(
        _ directory: String, _ source: [UInt8]
    ) throws(StoreError) {
        let names = try FileSystem.names(in: directory)
        guard !names.contains("manifest.json") else { return }
        let tables = ["results.csv", "trace.csv", "failures.csv"]
        let own = tables + ["manifest.json", SyncMark.file] + ReaderFiles.names
        let expected = Set(own + own.map(FileSystem.temporaryPath) + ["lock", "lost+found"])
        let stored = try FileSystem.contents(of: directory + "/sweep.yaml")
        let isOwnSource = stored == source
        if let stranger = names.first(where: {
            !expected.contains($0) && !(isOwnSource && $0 == "sweep.yaml")
        }) {
            throw .notAStore(
                directory: directory,
                problem: "the folder holds '\(stranger)' and no manifest.json")
        }
        // The manifest is the last table that a new store gets: until then the others hold no more
        // than the header row that this program writes. Anything else is somebody's file.
        for name in tables where names.contains(name) {
            let path = directory + "/" + name
            let bytes = try FileSystem.contents(of: path) ?? []
            guard isHeader(bytes) else {
                throw .unusable(
                    path: directory + "/manifest.json",
                    problem: "the file is missing, although \(name) is not empty",
                    remedy: "restore it from a copy, or give another --store")
            }
        }
    }

    /// Whether a table's bytes are its header row and nothing else, or nothing at all.
    private static func isHeader(_ bytes: [UInt8]) -> Bool {
        if bytes.isEmpty { return true }
        guard bytes.firstIndex(of: CellText.lineFeed) == bytes.count - 1 else { return false }
        return bytes.starts(with: Array("trial,".utf8))
            && bytes.suffix(9).elementsEqual(
                Array(",row_crc\n".utf8))
    }

    /// Writes the files of a new store; the manifest is the last.
    private static func create(
        _ directory: String, _ manifest: Manifest, _ results: TableLayout
    ) throws(StoreError) -> Manifest {
        for layout in [results, TableLayout(.trace), TableLayout(.failures)] {
            try FileSystem.replace(
                directory + "/" + layout.table.file, with: layout.headerRow)
        }
        try manifest.write(directory)
        return manifest
    }
}
