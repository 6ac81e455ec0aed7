/// A scalar that a sweep assigns to a parameter or an experiment measures.
public enum Value: Sendable, Hashable {
    case integer(Int64)
    case real(Double)
    case text(String)
    case flag(Bool)
}

extension Value: CustomStringConvertible {
    /// The value as it stands in a CSV cell and in a trial's canonical form.
    ///
    /// Reals are written as the shortest decimal that reads back as the same double; a real that
    /// is not a number is `NaN`, an infinite one `inf` or `-inf`.
    public var description: String {
        switch self {
        case .integer(let number): String(number)
        case .real(let number): number.isNaN ? "NaN" : number.description
        case .text(let text): text
        case .flag(let flag): flag ? "true" : "false"
        }
    }
}

extension Value {
    /// The value as a number, if it is one.
    public var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        case .text, .flag: nil
        }
    }
}
