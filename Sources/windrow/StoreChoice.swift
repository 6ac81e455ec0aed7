import Glibc
import SweepCore
import SweepStore

/// Finds the folder of the store that a person means.
enum StoreChoice {
    /// The help of the argument that names a store.
    static let help = "A sweep's name (its store is runs/NAME) or a store's folder."

    /// The folder of a sweep by its name, or a path; without either, the only store below `runs`.
    static func folder(_ name: String?) throws(InputError) -> String {
        guard let name else { return try onlyOne() }
        guard !name.isEmpty else { throw InputError("'': expected a sweep's name or a folder") }
        if isStore(name) { return name }
        if !name.contains("/"), isStore("runs/\(name)") { return "runs/\(name)" }
        let known = stores()
        let meant = Spelling.nearest(to: name, among: known).map { "did you mean '\($0)'? " }
        let hint =
            known.isEmpty
            ? "there is none below runs/"
            : (meant ?? "") + "\(meant == nil ? "below" : "Below") runs/ there are: "
                + known.joined(separator: ", ")
        throw InputError("\(name): no store is there (a folder with a manifest.json); \(hint)")
    }

    private static func onlyOne() throws(InputError) -> String {
        let known = stores()
        if known.count == 1 { return "runs/\(known[0])" }
        throw InputError(
            known.isEmpty
                ? "there is no store below runs/; name a store's folder"
                : "name a store: below runs/ there are \(known.joined(separator: ", "))")
    }

    /// The names of the stores below `runs`, sorted.
    static func stores() -> [String] {
        let names = (try? FileSystem.names(in: "runs")) ?? []
        return names.filter { isStore("runs/\($0)") }
    }

    private static func isStore(_ path: String) -> Bool {
        access(path + "/manifest.json", F_OK) == 0
    }

    /// Runs what reads or mends a store; errors become a message and an exit code.
    static func attempt(_ console: Console, _ body: () throws -> ExitStatus) throws {
        let status: ExitStatus
        do {
            status = try body()
        } catch let error as InputError {
            console.complain(error.message)
            status = .badInput
        } catch let error as StoreError {
            console.complain("\(error)")
            status = ExitStatus(error)
        }
        if status != .done { throw status.code }
    }
}
