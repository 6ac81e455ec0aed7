/// Why keys cannot be used: what is wrong, where, what was expected, what to do.
///
/// It never holds anything secret.
package struct KeyProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a message may do about it.
    package enum Kind: Sendable, Hashable {
        /// There is no such file.
        case absent
        /// Others could read it, or it belongs to somebody else.
        case loose
        /// It is not what it should be.
        case malformed
        /// The system refuses.
        case system
    }

    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
