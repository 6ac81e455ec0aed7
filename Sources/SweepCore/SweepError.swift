/// Why a sweep, though its file was read, cannot be laid out as a grid or taken from its JSON.
package struct SweepError: Error, Sendable, Hashable {
    /// What is wrong, and what to do.
    package let message: String
    /// The axis that is to blame, if one is.
    let axis: Int?

    init(_ message: String, axis: Int? = nil) {
        self.message = message
        self.axis = axis
    }
}

extension SweepError: CustomStringConvertible {
    package var description: String { message }
}
