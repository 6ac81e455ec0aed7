import Experiments
import Glibc
import SweepCoordinator
import SweepCore
import SweepStore
import SweepWire

/// A sweep file on disk with the command line's overrides: read, checked, ready to run.
struct SweepSource {
    let sweep: Sweep
    let grid: Grid
    /// The file's bytes, kept verbatim in the store.
    let bytes: [UInt8]

    /// The sweep as it stands in the manifest and travels to the workers.
    let json: [UInt8]

    /// Bytes of the largest sweep file that is read.
    private static let maximumSize = 4 << 20

    /// Reads a sweep file.
    ///
    /// - Throws: `InputError` with a message for the user.
    init(path: String, overrides: [String]) throws(InputError) {
        try self.init(
            Self.read(path), file: path, directory: Self.directory(of: path), overrides)
    }

    /// Reads a sweep file that an operator has sent.
    init(_ submission: Submission) throws(InputError) {
        try self.init(
            submission.text, file: submission.file, directory: submission.directory,
            submission.overrides)
    }

    private init(
        _ bytes: [UInt8], file: String, directory: String, _ overrides: [String]
    ) throws(InputError) {
        self.bytes = bytes
        do {
            sweep = try Sweep.read(
                bytes: bytes, file: file, directory: directory, overrides: overrides,
                experiments: ExperimentRegistry.builtIn.map(\.description))
            grid = try Grid(sweep)
            json = sweep.json()
        } catch {
            throw InputError("\(error)")
        }
    }

    /// The sweep's name on the wire.
    var digest: SweepDigest {
        SweepDigest(bits: Digest.sha256(json).prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// The sweep on its way to a coordinator.
    ///
    /// - Parameter priority: nil: the file's.
    func submission(file: String, overrides: [String], priority: Int? = nil) -> Submission {
        Submission(
            name: sweep.name, sweep: digest, file: file, directory: sweep.directory, text: bytes,
            overrides: overrides, priority: priority ?? sweep.placement.priority)
    }

    /// SHA-256 of each input file by its path as the sweep names it: a store is not continued on
    /// other data.
    func inputDigests() throws(InputError) -> [String: String] {
        var digests: [String: String] = [:]
        for case (let column, .text(let path)) in sweep.inputs() {
            guard case .path = Columns(sweep.columns).all.first(where: { $0.name == column })?.type
            else { continue }
            let absolute = path.hasPrefix("/") ? path : sweep.directory + "/" + path
            let files = experiment?.files(at: absolute, of: column) ?? [absolute]
            var parts: [String] = []
            for file in files {
                guard let digest = Digest.sha256(file: file) else {
                    throw InputError(
                        "\(column): \(file) cannot be read: \(String(cString: strerror(errno)))")
                }
                parts.append(digest)
            }
            // Of several files, the digest of their digests, one behind the other.
            digests[path] =
                parts.count == 1 ? parts[0] : Digest.text(Digest.sha256(Array(parts.joined().utf8)))
        }
        return digests
    }

    /// Opens the sweep's store, or creates it.
    func openStore(_ folder: String, revision: String) throws -> sending Store {
        return try Store.open(
            folder, sweep: sweep, grid: grid,
            metrics: experiment?.description.metrics.map(\.name) ?? [], source: bytes,
            environment: ManifestEnvironment(
                version: Version.text, commit: revision, cpuModel: Machine.processor,
                cpuLevel: Machine.level, host: Machine.host, inputs: try inputDigests(),
                now: Machine.secondsSince1970))
    }

    /// The book of the sweep, as far as its store has come.
    func progress(_ store: Store) -> SweepProgress {
        var progress = SweepProgress(
            definition: Definition(
                sweep: digest, json: json, timeout: sweep.limits.timeout,
                resources: sweep.placement.resources),
            experiment: "\(sweep.experiment)/\(sweep.experimentVersion)", limits: sweep.limits,
            count: grid.count, finished: store.finished, failed: store.failed,
            placement: sweep.placement)
        progress.book = TrialBook(grid)
        return progress
    }

    /// The experiment that the sweep runs.
    var experiment: (any Experiment)? {
        ExperimentRegistry.builtIn.first { $0.description.name == sweep.experiment }
    }

    /// Looks at the files and programs that the sweep names, before anything runs.
    func checkInputs() throws(InputError) {
        guard let experiment else { return }
        SharedCaches.open()
        let context = TrialContext(
            directory: sweep.directory, timeout: sweep.limits.timeout,
            parameters: sweep.columns.map(\.name), values: { [sweep] in sweep.values(of: $0) })
        for input in sweep.inputs() {
            do {
                try experiment.check(input.value, of: input.column, in: context)
            } catch let failure as TrialFailure {
                throw InputError(failure.reason)
            } catch {
                throw InputError("\(input.column): \(error)")
            }
        }
    }

    private static func directory(of path: String) -> String {
        let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard let resolved = realpath(parent, nil) else { return parent }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func read(_ path: String) throws(InputError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw InputError("\(path): cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            throw InputError("\(path): is a folder; expected a sweep file such as sweeps/x.yaml")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw InputError("\(path): cannot be read: \(String(cString: strerror(errno)))")
            }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= maximumSize else {
                throw InputError(
                    "\(path): more than \(maximumSize >> 20) MiB; is this a sweep file?")
            }
        }
    }
}

/// Input that is not as it should be, in words for the user.
struct InputError: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
