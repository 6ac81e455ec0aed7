/// A picture of a sweep's answer, as a sweep file or a command line asks for it.
///
/// What is nil is chosen from the data.
package struct PlotRequest: Sendable, Hashable {
    /// What is drawn.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A logged quantity against rounds.
        case rounds
        /// A logged quantity against the bits that were sent.
        case bits
        /// Each combination's best value of a tuned parameter.
        case best
        /// The metric against a tuned parameter.
        case sensitivity
        /// The metric as a colour over two parameters.
        case heatmap
        /// Every setting as a line across its parameters.
        case parallel
        /// How much sooner a target is reached with more clients or workers.
        case speedup

        /// One line of help.
        package var help: String {
            switch self {
            case .rounds: "a logged quantity against rounds"
            case .bits: "a logged quantity against the bits that were sent"
            case .best: "each combination's best value of a tuned parameter"
            case .sensitivity: "the metric against a tuned parameter"
            case .heatmap: "the metric as a colour over two parameters"
            case .parallel: "every setting as a line across its parameters"
            case .speedup: "how much sooner a target is reached with more clients"
            }
        }
    }

    /// An axis of a picture.
    package enum Axis: String, Sendable, Hashable, CaseIterable {
        case x, y
    }

    /// What is drawn.
    package var kind: Kind
    /// The name of its files.
    package var name: String?
    /// What stands above it.
    package var title: String?
    /// Parameters that are told apart by line and colour.
    package var by: [String]?
    /// Parameters that have a panel for each combination.
    package var facet: [String]?
    /// Parameters that are tuned.
    package var tune: [String]?
    /// Parameters that means are taken over.
    package var over: [String]?
    /// What lies along the axes: a parameter, or a logged quantity.
    package var x: String?
    package var y: String?
    /// The metric that decides what is best.
    package var metric: String?
    /// A condition on rows.
    package var condition: String?
    /// Which axes are logarithmic.
    package var logarithmic: Set<Axis>?
    /// The value that is to be reached, for `speedup`.
    package var target: Double?

    /// A picture with everything else chosen from the data.
    package init(_ kind: Kind) { self.kind = kind }

    /// The name of its files: letters, digits, `-`, `_` and `.`.
    package static func isName(_ name: String) -> Bool { SweepName.isValid(name) }
}
