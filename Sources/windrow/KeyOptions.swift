import ArgumentParser
import ClusterKeys
import Processes

/// Where keys are kept; every verb that may speak over a network has it.
struct KeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of the keys (default: windrow in XDG_CONFIG_HOME or ~/.config).",
            valueName: "dir"), completion: .directory)
    var keys: String?

    var folder: KeyFolder { KeyFolder(keys) }

    func validate() throws {
        if keys == "" { throw ValidationError("--keys '': expected a folder") }
    }
}

extension KeyProblem {
    /// What it means for the caller.
    var status: ExitStatus {
        switch kind {
        case .absent, .malformed: .badInput
        case .loose, .system: .notPermitted
        }
    }
}

/// What a coordinator needs to listen on a network; it is the only one to use it.
struct FrontDoorKeys {
    let file: KeyFile
    let admission: Admission
    private let lock: Descriptor

    /// Reads the keys that `windrow cluster init` has made.
    ///
    /// - Throws: `CoordinatorProblem` that says what to do.
    init(_ folder: KeyFolder) throws(CoordinatorProblem) {
        do throws(KeyProblem) {
            file = try KeyFile(path: folder.coordinatorKey, expecting: .coordinator)
            admission = try Admission(path: folder.admitted)
            lock = try SecretFile.lock(
                folder.lock,
                "another coordinator uses these keys; see windrow coordinator info, "
                    + "or give this one keys of its own (--keys)")
        } catch {
            guard error.kind == .absent else {
                throw CoordinatorProblem(message: error.description, status: error.status)
            }
            throw CoordinatorProblem(
                message: "\(error)\nOn a network anybody who reaches the port could run programs "
                    + "here: TCP needs keys. Make them once: windrow cluster init",
                status: .badInput)
        }
    }
}
