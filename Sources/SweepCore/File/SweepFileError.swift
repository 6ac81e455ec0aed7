/// What is wrong with a sweep file or its overrides.
///
/// Each problem says where it stands, what is wrong, what was expected and what to do.
package struct SweepFileError: Error, Sendable, Hashable {
    /// The problems, one a line, in the order of the file.
    package let message: String
    /// How many problems were found.
    package let count: Int

    /// More problems than this are only counted: the rest often follow from the first.
    private static let mostShown = 20

    init(file: String, _ problems: [Problem]) {
        var lines: [String] = []
        for (index, problem) in problems.sorted(by: { $0.place < $1.place }).enumerated() {
            if index == SweepFileError.mostShown {
                lines.append("\(file): and \(problems.count - index) more problems")
                break
            }
            lines.append("\(problem.place.description(in: file)): \(problem.text)")
        }
        message = lines.joined(separator: "\n")
        count = problems.count
    }

    /// One problem at one place.
    struct Problem: Sendable, Hashable {
        let place: Place
        let text: String
    }
}

extension SweepFileError: CustomStringConvertible {
    package var description: String { message }
}

/// Where something was written.
enum Place: Sendable, Hashable {
    /// In the sweep file; both count from 1.
    case file(line: Int, column: Int)
    /// On the command line.
    case override(String)

    func description(in file: String) -> String {
        switch self {
        case .file(let line, let column): "\(file):\(line):\(column)"
        case .override(let text): "override '\(text)'"
        }
    }
}

extension Place: Comparable {
    static func < (a: Place, b: Place) -> Bool {
        switch (a, b) {
        case (.file(let line, let column), .file(let otherLine, let otherColumn)):
            (line, column) < (otherLine, otherColumn)
        case (.file, .override): true
        case (.override, .file): false
        case (.override(let text), .override(let other)): text < other
        }
    }
}
