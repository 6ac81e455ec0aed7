/// A key of a sweep file that is not a parameter of its experiment.
///
/// The reader knows keys by these declarations, and the reference is printed from them.
package struct SweepFileKey: Sendable, Hashable {
    /// The key as it stands in a file.
    package let name: String
    /// What may stand behind it, in a few words or as a pattern.
    package let form: String
    /// What holds without it.
    package let fallback: Fallback
    /// One line of help.
    package let help: String
    /// A value, as a file may have it.
    package let example: String

    /// What holds when a file does not say.
    package enum Fallback: Sendable, Hashable {
        /// The key must be there.
        case required
        /// The same as if this value stood there.
        case value(String)
        /// What then happens, in words; empty: nothing.
        case described(String)
    }

    init(
        _ name: String, _ form: String, _ fallback: Fallback = .described(""), example: String,
        help: String
    ) {
        self.name = name
        self.form = form
        self.fallback = fallback
        self.help = help
        self.example = example
    }

    /// Bounds as they stand in a form: `1 … 1000`.
    static func interval(_ bounds: ClosedRange<Int>) -> String {
        func text(_ number: Int) -> String {
            number < 0 ? "−\(number.magnitude)" : "\(number)"
        }
        return "\(text(bounds.lowerBound)) … \(text(bounds.upperBound))"
    }
}

/// Keys that stand together in one map of a sweep file.
package struct SweepFileSection: Sendable, Hashable {
    /// The key under which the map stands; nil for the file's own keys.
    package let name: String?
    /// What the section is, in a sentence.
    package let help: String
    /// Its keys, in the order of the reference.
    package let keys: [SweepFileKey]

    /// The names of its keys.
    package var names: [String] { keys.map(\.name) }

    /// The key of a name.
    package subscript(name: String) -> SweepFileKey? { keys.first { $0.name == name } }

    init(_ name: String?, _ help: String, _ keys: [SweepFileKey]) {
        self.name = name
        self.help = help
        self.keys = keys
    }
}
