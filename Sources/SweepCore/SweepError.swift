/// Why a sweep, though its file was read, cannot be laid out as a grid or taken from its JSON.
package struct SweepError: Error, Sendable, Hashable {
    /// What is wrong, and what to do.
    package let message: String

    init(_ message: String) {
        self.message = message
    }
}

extension SweepError: CustomStringConvertible {
    package var description: String { message }
}
