import ArgumentParser
import SweepCore
import SweepStore

/// What a shell offers when the tab key is pressed.
enum Completions {
    /// Names of the stores below `runs`; folders may be given, too.
    static let stores = CompletionKind.custom { _, _, _ in StoreChoice.stores() }

    /// Parameters of the store at hand, separated by commas.
    static let parameters = CompletionKind.custom { words, _, prefix in
        list(prefix, words) { account in
            let onAxes = account.sweep?.columnsOnAxes ?? []
            return onAxes.isEmpty ? account.parameters : onAxes
        }
    }

    /// Metrics of the store at hand.
    static let metrics = CompletionKind.custom { words, _, _ in
        account(words).map { $0.metrics + ["duration_s"] } ?? []
    }

    /// What may lie along an axis of a picture.
    static let axes = CompletionKind.custom { words, _, _ in
        account(words).map { account in
            account.traceColumns + (account.sweep?.columnsOnAxes ?? []) + account.metrics
        } ?? []
    }

    /// Any columns of the store's results, separated by commas.
    static let columns = CompletionKind.custom { words, _, prefix in
        list(prefix, words) {
            ["trial", "status"] + $0.parameters + $0.metrics + ["duration_s"]
        }
    }

    /// Kinds of pictures, separated by commas.
    static let kinds = CompletionKind.custom { _, _, prefix in
        extended(prefix, by: PlotRequest.Kind.allCases.map(\.rawValue))
    }

    /// The store that a command line names, or the only one there is.
    private static func account(_ words: [String]) -> StoreAccount? {
        let known = Set(StoreChoice.stores())
        let named = words.dropFirst().first { known.contains($0) || $0.hasPrefix("runs/") }
        guard let folder = try? StoreChoice.folder(named) else { return nil }
        return try? StoreAccount(folder)
    }

    private static func list(
        _ prefix: String, _ words: [String], _ names: (StoreAccount) -> [String]
    ) -> [String] {
        account(words).map { extended(prefix, by: names($0)) } ?? []
    }

    /// Names behind the last comma of what is there.
    private static func extended(_ prefix: String, by names: [String]) -> [String] {
        guard let comma = prefix.lastIndex(of: ",") else { return names }
        let head = prefix[...comma]
        let taken = Set(head.split(separator: ",").map(String.init))
        return names.filter { !taken.contains($0) }.map { head + $0 }
    }
}
